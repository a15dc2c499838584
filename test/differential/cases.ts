/** A folder's files and what is asked of them; the first file is the Compose file where none is named. */
export interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly named?: readonly string[];
  readonly envFiles?: readonly string[];
  readonly shell?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
}

function one(service: string, more = ""): string {
  return `services:\n  a:\n    image: busybox\n${service.replaceAll(/^/gm, "    ")}\n${more}`;
}

function compose(text: string, more: Omit<Case, "files"> & { readonly files?: Case["files"] } = {}): Case {
  return { ...more, files: { "compose.yaml": text, ...more.files } };
}

/** Read alike by both. */
export const sameCases: Readonly<Record<string, Case>> = {
  "an env file sees what the files above it set": compose(one("env_file: [a.env, b.env]"), {
    files: { "a.env": "A=1\nHOME=file\n", "b.env": "C=${A}\nD=${HOME}\n" },
  }),
  "several --env-file are one": compose(one('environment: { A: "$A", B: "$B" }'), {
    files: { "x.env": "A=1\nB=$A\n", "y.env": "A=2\nB=${B}$A\n" },
    envFiles: ["x.env", "y.env"],
  }),
  COMPOSE_ENV_FILES: compose(one('environment: { A: "$A" }'), {
    files: { "x.env": "A=1\n", "y.env": "A=2\n", ".env": "A=3\n" },
    shell: { COMPOSE_ENV_FILES: "x.env,y.env" },
  }),
  COMPOSE_DISABLE_ENV_FILE: compose(one('environment: { A: "${A:-none}" }'), {
    files: { ".env": "A=3\n" },
    shell: { COMPOSE_DISABLE_ENV_FILE: "1" },
  }),
  "the .env beside the file that -f names, and no other": {
    files: {
      "sub/c.yml": one('environment: { A: "${A:-}", B: "${B:-}" }'),
      ".env": "A=here\n",
      "sub/.env": "B=beside\n",
    },
    named: ["sub/c.yml"],
  },
  "an empty profile, where none is on": compose(one('profiles: ["", weaviate]')),
  "an empty profile, where another is on": compose(`${one('profiles: ["", weaviate]')}  b: { image: x }\n`, {
    profiles: ["other"],
  }),
  "COMPOSE_PROFILES in .env": compose(one("profiles: [extra]"), { files: { ".env": "COMPOSE_PROFILES=extra\n" } }),
  "a folder of this machine as a volume": compose(
    one(
      "volumes: [data:/d]",
      "volumes: { data: { driver: local, driver_opts: { type: none, o: bind, device: ./data } } }\n",
    ),
  ),
  "a variable that a later file gives no value": {
    files: {
      "a.yml": one("environment: { A: 1, B: 2 }\nlabels: { L: x }"),
      "b.yml": "services: { a: { environment: { A: }, labels: [L] } }\n",
    },
    named: ["a.yml", "b.yml"],
  },
  "a bare name that has no value": compose(one("environment: [X, HOME, Y=]")),
  "merge keys": compose(`x-a: &a { environment: { A: 1 }, restart: always }\n${one("<<: *a")}`),
  "a range of ports for one port of the container": compose(one('ports: ["8000-8010:80", "9000-9001:90-91"]')),
  "anchors and their merge list": compose(
    `x-a: &a { tty: true }\nx-b: &b { init: true, tty: false }\n${one("<<: [*a, *b]")}`,
  ),
  "networks with aliases and addresses": compose(
    one(
      "networks: { back: { aliases: [db], ipv4_address: 10.1.0.9 }, default: }",
      "networks: { back: { internal: true, labels: [a=b] } }\n",
    ),
  ),
  "dependencies in both forms": compose(
    `${one("depends_on: { b: { condition: service_healthy }, c: { condition: service_started, required: false } }")}  b: { image: x, depends_on: [c] }\n  c: { image: x }\n`,
  ),
  "extends, in the same file and from another folder": {
    files: {
      "c.yml": `services:
  web:
    extends: { file: other/base.yml, service: base }
    environment: { B: 2 }
    ports: ["81:81"]
  loc: { extends: plain, command: x }
  plain: { image: "y", environment: [A=1], depends_on: [web], labels: { a: b }, volumes: ["./l:/l"] }
`,
      "other/base.yml": `services:
  base:
    extends: root
    volumes: ["./data:/d", { type: bind, source: ../x, target: /x }]
    env_file: [e.env, { path: f.env, required: false }]
    environment: { A: 1, B: 1 }
    ports: ["80:80"]
  root: { image: "busy:\${V:-1}", labels: [x=y] }
`,
      "other/e.env": "E=1\n",
    },
  },
  "include, plain and with a folder and variables of its own": {
    files: {
      "c.yml": `include:
  - sub/one.yml
  - { path: [sub/two.yml, sub/more.yml], project_directory: pd, env_file: sub/two.env }
services: { main: { image: x, depends_on: [one], networks: [n1] } }
`,
      "sub/one.yml": `services: { one: { image: "one:\${V:-none}", volumes: ["./data:/d", "v1:/v"], env_file: [e.env], networks: [n1] } }
volumes: { v1: {} }
networks: { n1: {} }
`,
      "sub/e.env": "E=1\n",
      "sub/.env": "V=subenv\n",
      "sub/two.yml": 'services: { two: { image: "two:${V:-none}", volumes: ["./data:/d"] } }\n',
      "sub/more.yml": 'services: { two: { environment: { A: "$V" } } }\n',
      "sub/two.env": "V=two\n",
      "pd/note": "",
    },
  },
  "several documents in one file": compose(
    `${one('ports: ["80:80"]\nenvironment: { A: 1 }')}---\n${one('ports: ["81:81"]\nenvironment: { B: 2 }')}`,
  ),
  "secrets and configs from files": compose(
    one(
      "secrets: [s, { source: s, target: t }, { source: s, target: /abs }]\nconfigs: [c, { source: c, target: /etc/c }]",
      "secrets: { s: { file: ./s.txt } }\nconfigs: { c: { file: ./c.txt } }\n",
    ),
    { files: { "s.txt": "s", "c.txt": "c" } },
  ),
  "what a profile switches off may ask for anything": compose(
    `${one("")}  off: { image: x, scale: 3, profiles: [p] }\n`,
  ),
  "an override file with nothing in it": {
    files: { "a.yml": one(""), "b.yml": "# nothing\n" },
    named: ["a.yml", "b.yml"],
  },
  "merge keys with their tag": compose(`x-a: &a { tty: true }\n${one("!!merge <<: *a")}`),
  "values that change nothing": compose(
    one(
      "scale: 1\ndeploy: { replicas: 1, mode: replicated }\nnetwork_mode: default\nipc: ''\npid: ''\ndns: []\nruntime: ''",
      "networks: { unused: { ipam: { driver: default } } }\nsecrets: { unused: { environment: X } }\nconfigs: { unused: { content: x } }\n",
    ),
  ),
  "a network mode beside networks that are none": compose(one("network_mode: host\nnetworks: {}")),
  "an image that is built, by its folder and by more": compose(
    `services:
  a: { build: ./web }
  b: { build: { context: "\${DIR:-.}", dockerfile: ../D, args: [A=1, B, HOME], target: t, labels: { l: 1 } }, image: "x:1" }
  c: { build: { dockerfile_inline: "FROM scratch\\n" }, pull_policy: build }
  d: { build: "https://github.com/a/b.git#main:sub" }
`,
  ),
  "what is built, in several files and from another folder": {
    files: {
      "a.yml": one("build: ./web"),
      "b.yml": "services: { a: { build: { args: [A=1, B=2] } }, b: { extends: { file: sub/c.yml, service: base } } }\n",
      "d.yml": "services: { a: { build: { context: other, args: { A: 3 } } } }\n",
      "sub/c.yml": "services: { base: { build: { context: here, dockerfile: ../D } } }\n",
    },
    named: ["a.yml", "b.yml", "d.yml"],
  },
  "!reset and !override": {
    files: {
      "a.yml": one('ports: ["80:80"]\ncommand: [a]\nenvironment: { A: 1 }'),
      "b.yml": 'services: { a: { ports: !override ["81:80"], command: !reset null, environment: { A: 2 } } }\n',
    },
    named: ["a.yml", "b.yml"],
  },
};

/** Refused by both. */
export const refusedCases: Readonly<Record<string, Case>> = {
  "an --env-file that is not there": compose(one(""), { envFiles: ["no.env"] }),
  "a required variable": compose(one('environment: { A: "${A:?needed}" }')),
  "an unknown key": compose(one("imge: x")),
  "no image": compose("services: { a: { command: x } }\n"),
  "a circle": compose("services: { a: { image: x, depends_on: [b] }, b: { image: x, depends_on: [a] } }\n"),
  "a volume that is not declared": compose(one("volumes: [none:/x]")),
  "a network that is not declared": compose(one("networks: [none]")),
  "a service that extends itself": compose(one("extends: a")),
  "a file that includes itself": compose(`include: [compose.yaml]\n${one("")}`),
  "two Dockerfiles": compose(one("build: { dockerfile: a, dockerfile_inline: FROM x }")),
  "a secret that is not declared": compose(one("secrets: [none]")),
  "a build for another platform": compose(
    one("platform: linux/arm64\nbuild: { context: ., platforms: [linux/amd64] }"),
  ),
  "an infinite number": compose(one("labels: { A: .inf }")),
};
