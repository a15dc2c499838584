/** What the recorder keeps. Times are ISO strings in UTC. */

export interface TraceRecord {
  readonly id: string;
  readonly timestamp: string;
  readonly name: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly release: string | null;
  readonly version: string | null;
  readonly environment: string;
  readonly public: boolean;
  readonly tags: readonly string[];
  readonly metadata: unknown;
  readonly input: unknown;
  readonly output: unknown;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type ObservationType = "GENERATION" | "SPAN" | "EVENT";

export interface ObservationRecord {
  readonly id: string;
  readonly traceId: string;
  readonly type: ObservationType;
  readonly parentObservationId: string | null;
  readonly name: string | null;
  readonly startTime: string;
  readonly endTime: string | null;
  readonly completionStartTime: string | null;
  readonly level: string;
  readonly statusMessage: string | null;
  readonly version: string | null;
  readonly environment: string;
  readonly metadata: unknown;
  readonly input: unknown;
  readonly output: unknown;
  readonly model: string | null;
  readonly modelParameters: unknown;
  readonly promptName: string | null;
  readonly promptVersion: number | null;
  readonly usage: UsageRecord;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Costs are US dollars, as the sender worked them out; the recorder prices nothing itself. */
export interface UsageRecord {
  readonly unit: string;
  readonly input: number;
  readonly output: number;
  readonly total: number;
  readonly inputCost: number | null;
  readonly outputCost: number | null;
  readonly totalCost: number | null;
  readonly usageDetails: Readonly<Record<string, number>>;
  readonly costDetails: Readonly<Record<string, number>>;
}

export interface ScoreRecord {
  readonly id: string;
  readonly traceId: string;
  readonly observationId: string | null;
  readonly name: string;
  readonly value: number | string;
  readonly dataType: "NUMERIC" | "CATEGORICAL" | "BOOLEAN";
  readonly comment: string | null;
  readonly configId: string | null;
  readonly environment: string;
  readonly timestamp: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What an event says; a field it does not mention stays as it is. */
export type Fields<Stored> = { readonly [Key in keyof Omit<Stored, "id" | "createdAt" | "updatedAt">]?: Stored[Key] };

/** One event, read. `at` is when the event happened, for records it begins. */
export type Change =
  | { readonly kind: "trace"; readonly id: string; readonly at: string; readonly fields: Fields<TraceRecord> }
  | {
      readonly kind: "observation";
      readonly id: string;
      readonly at: string;
      readonly fields: Fields<ObservationRecord>;
    }
  | {
      readonly kind: "score";
      readonly id: string;
      readonly at: string;
      readonly fields: Omit<ScoreRecord, "id" | "createdAt" | "updatedAt" | "timestamp">;
    };
