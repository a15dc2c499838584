import type { UpReport } from "./app/bring-up.ts";
import type { CassetteCheckReport, CassettePruneReport, CassetteShowReport } from "./app/cassettes.ts";
import type { CloudUrlReport } from "./app/cloud/address.ts";
import type { CloudDeployReport } from "./app/cloud/deploy.ts";
import type { CloudSecretsReport } from "./app/cloud/secrets.ts";
import type { CloudStatusReport } from "./app/cloud/status.ts";
import type { CloudStopReport } from "./app/cloud/stop.ts";
import type { CompletionReport } from "./app/completion/script.ts";
import type { ConfigReport } from "./app/config.ts";
import type { ResetReport } from "./app/database/reset.ts";
import type { RestoreReport } from "./app/database/restore.ts";
import type { SnapshotReport, SnapshotsReport } from "./app/database/snapshot.ts";
import type { DownReport } from "./app/down.ts";
import type { DrillReport } from "./app/drill.ts";
import type { ExplainReport } from "./app/explain.ts";
import type { InitReport } from "./app/init/init.ts";
import type { KeysReport } from "./app/keys/list.ts";
import type { SetKeyReport } from "./app/keys/set.ts";
import type { ModelsChangeReport } from "./app/models/change.ts";
import type { ModelsCheckReport } from "./app/models/check.ts";
import type { DiscoverReport } from "./app/models/discover.ts";
import type { ModelsReport } from "./app/models/list.ts";
import type { EnableReport } from "./app/models/switch.ts";
import type { ModelsTestReport } from "./app/models/test.ts";
import type { AskReport } from "./app/programs/ask.ts";
import type { ExampleReport } from "./app/programs/example.ts";
import type { ProgramVariables } from "./app/programs/point-at.ts";
import type { RunReport } from "./app/programs/program.ts";
import type { SetPasswordReport } from "./app/set-password.ts";
import type { SpendReport } from "./app/spend.ts";
import type { StacksReport } from "./app/stacks/list.ts";
import type { PruneReport } from "./app/stacks/prune.ts";
import type { StatusReport } from "./app/status.ts";
import type { TracesReport } from "./app/traces/list.ts";
import type { OpenedReport } from "./app/traces/open.ts";
import type { TraceReport } from "./app/traces/show.ts";
import type { PlanReport } from "./app/up.ts";
import type { UpgradeBackReport } from "./app/upgrade/back.ts";
import type { UpgradeReport } from "./app/upgrade/upgrade.ts";
import type { MadeKeyReport, VirtualKeyReport, VirtualKeysReport } from "./app/virtual-keys.ts";
import type { WatchReport } from "./app/watch.ts";
import type { ChecksReport } from "./doctor/check.ts";
import type { LogLine } from "./engine/engine.ts";
import type { ErrorCode } from "./errors/catalog.ts";
import type { FailureReport, Fix } from "./errors/goat-error.ts";
import type { TraceRow } from "./langfuse/trace.ts";
import type { McpReport } from "./mcp/server.ts";
import type { OpenReport } from "./web/open.ts";

export type {
  AskReport,
  CassetteCheckReport,
  CassettePruneReport,
  CassetteShowReport,
  ChecksReport,
  CloudDeployReport,
  CloudSecretsReport,
  CloudStatusReport,
  CloudStopReport,
  CloudUrlReport,
  CompletionReport,
  ConfigReport,
  DiscoverReport,
  DownReport,
  DrillReport,
  EnableReport,
  ErrorCode,
  ExampleReport,
  ExplainReport,
  FailureReport,
  Fix,
  InitReport,
  KeysReport,
  LogLine,
  MadeKeyReport,
  McpReport,
  ModelsChangeReport,
  ModelsCheckReport,
  ModelsReport,
  ModelsTestReport,
  OpenedReport,
  OpenReport,
  PlanReport,
  ProgramVariables,
  PruneReport,
  ResetReport,
  RestoreReport,
  RunReport,
  SetKeyReport,
  SetPasswordReport,
  SnapshotReport,
  SnapshotsReport,
  SpendReport,
  StacksReport,
  StatusReport,
  TraceReport,
  TraceRow,
  TracesReport,
  UpgradeBackReport,
  UpgradeReport,
  UpReport,
  VirtualKeyReport,
  VirtualKeysReport,
  WatchReport,
};

/** What `--json` prints, by the command as typed after goat-dev. A command that fails prints a Failure instead. */
export interface Documents {
  readonly up: Document<UpReport | PlanReport | WatchReport>;
  readonly status: Document<StatusReport>;
  /** Each line is a document of this type. */
  readonly logs: LogLine;
  /** With --follow, each line is a TraceRow. */
  readonly traces: Document<TracesReport> | TraceRow;
  readonly "traces show": Document<TraceReport>;
  readonly "traces open": Document<OpenedReport>;
  readonly spend: Document<SpendReport>;
  readonly open: Document<OpenReport>;
  readonly restart: Document<UpReport>;
  readonly watch: Document<WatchReport>;
  readonly down: Document<DownReport>;
  readonly doctor: Document<ChecksReport>;
  readonly explain: Document<ExplainReport>;
  readonly keys: Document<KeysReport>;
  readonly "keys set": Document<SetKeyReport>;
  readonly config: Document<ConfigReport>;
  readonly models: Document<ModelsReport>;
  readonly "models add": Document<ModelsChangeReport>;
  readonly "models discover": Document<DiscoverReport | ModelsChangeReport>;
  readonly "models remove": Document<ModelsChangeReport>;
  readonly "models enable": Document<EnableReport>;
  readonly "models disable": Document<ModelsChangeReport>;
  readonly "models check": Document<ModelsCheckReport>;
  readonly "models test": Document<ModelsTestReport>;
  readonly "keys list": Document<VirtualKeysReport>;
  readonly "keys create": Document<MadeKeyReport>;
  readonly "keys show": Document<VirtualKeyReport>;
  readonly "keys revoke": Document<VirtualKeyReport>;
  readonly "keys rotate": Document<MadeKeyReport>;
  readonly env: Document<ProgramVariables>;
  readonly run: Document<RunReport>;
  readonly replay: Document<RunReport>;
  readonly drill: Document<DrillReport>;
  readonly "cassette show": Document<CassetteShowReport>;
  readonly "cassette prune": Document<CassettePruneReport>;
  readonly "cassette check": Document<CassetteCheckReport>;
  readonly ask: Document<AskReport>;
  readonly example: Document<ExampleReport>;
  readonly init: Document<InitReport>;
  readonly "modal doctor": Document<ChecksReport>;
  readonly "modal secrets sync": Document<CloudSecretsReport>;
  readonly "modal deploy": Document<CloudDeployReport>;
  readonly "modal status": Document<CloudStatusReport>;
  /** Each line is a document of this type. */
  readonly "modal logs": LogLine;
  readonly "modal stop": Document<CloudStopReport>;
  readonly "modal url": Document<CloudUrlReport>;
  readonly "db set-password": Document<SetPasswordReport>;
  readonly "db snapshot": Document<SnapshotReport>;
  readonly "db snapshots": Document<SnapshotsReport>;
  readonly "db restore": Document<RestoreReport>;
  readonly "db reset": Document<ResetReport>;
  readonly "db shell": Document<RunReport>;
  readonly upgrade: Document<UpgradeReport | UpgradeBackReport>;
  readonly mcp: Document<McpReport>;
  readonly ls: Document<StacksReport>;
  readonly prune: Document<PruneReport>;
  readonly completion: Document<CompletionReport>;
}

/** A report with the version of its shape. */
export type Document<Report> = { readonly version: 1 } & Report;

/** What is printed in place of a report where a command fails. */
export interface Failure {
  readonly version: 1;
  readonly ok: false;
  readonly error: FailureReport;
}
