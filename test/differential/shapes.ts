import type { Case } from "./cases.ts";

/** A stack in the shape of a public one, written for this project. */
interface Shape extends Case {
  /** Why goat-dev does not run it as it is; absent where it does. */
  readonly refused?: string;
}

function stack(text: string, more: Readonly<Record<string, string>> = {}): Shape {
  return { files: { "compose.yaml": text.replace(/^\n/, ""), ...more } };
}

function not(refused: string, shape: Shape): Shape {
  return { ...shape, refused };
}

const once = "one container runs for each service";

/** Pages, shops and their databases. */
const web: Readonly<Record<string, Shape>> = {
  "a blog and its database": stack(`
services:
  db:
    image: mysql:8.0
    command: --default-authentication-plugin=mysql_native_password
    volumes: [db_data:/var/lib/mysql]
    restart: always
    environment: { MYSQL_ROOT_PASSWORD: example, MYSQL_DATABASE: blog }
    expose: [3306, 33060]
  blog:
    image: wordpress:latest
    ports: ["80:80"]
    restart: always
    environment: [WORDPRESS_DB_HOST=db, WORDPRESS_DB_NAME=blog]
    depends_on: [db]
volumes: { db_data: }
`),
  "files, a database and a cache": stack(
    `
services:
  db:
    image: postgres:16-alpine
    restart: unless-stopped
    env_file: [db.env]
    volumes: ["db:/var/lib/postgresql/data:Z"]
    shm_size: 256mb
  cache: { image: "redis:alpine", restart: unless-stopped, command: [redis-server, --save, "60", "1"] }
  app:
    image: nextcloud:apache
    ports: ["127.0.0.1:8080:80"]
    volumes: ["files:/var/www/html:z"]
    environment: { POSTGRES_HOST: db, REDIS_HOST: cache }
    env_file: db.env
    depends_on: [db, cache]
  cron: { image: "nextcloud:apache", entrypoint: /cron.sh, volumes_from: [app], depends_on: [db, cache] }
volumes: { db: {}, files: {} }
`,
    { "db.env": "POSTGRES_PASSWORD=x\nPOSTGRES_DB=files\n" },
  ),
  "a forge": stack(`
networks: { forge: { external: false } }
services:
  server:
    image: docker.gitea.com/gitea:1
    container_name: gitea
    environment: [USER_UID=1000, USER_GID=1000, "ROOT_URL=\${ROOT_URL:-http://localhost:3000}"]
    restart: always
    networks: [forge]
    volumes: ["./gitea:/data", "/etc/timezone:/etc/timezone:ro", "/etc/localtime:/etc/localtime:ro"]
    ports: ["3000:3000", "222:22"]
    depends_on: [db]
  db: { image: "postgres:14", restart: always, networks: [forge], volumes: ["./postgres:/var/lib/postgresql/data"] }
`),
  "a built page with a worker": stack(
    `
x-app: &app
  build: { context: ., dockerfile: docker/Dockerfile, target: dev, args: { UID: "\${UID:-1000}" } }
  env_file: .env
  volumes: [".:/code"]
  depends_on: { db: { condition: service_healthy }, redis: { condition: service_started } }
services:
  web: { <<: *app, command: "python manage.py runserver 0.0.0.0:8000", ports: ["\${WEB_PORT:-8000}:8000"] }
  worker: { <<: *app, command: celery -A app worker -l info }
  beat: { <<: *app, command: celery -A app beat, profiles: [scheduled] }
  db:
    image: postgres:15
    healthcheck: { test: ["CMD-SHELL", "pg_isready -U $\${POSTGRES_USER:-postgres}"], interval: 5s, retries: 5 }
    environment: { POSTGRES_HOST_AUTH_METHOD: trust }
  redis: { image: "redis:7" }
`,
    { ".env": "DEBUG=1\n" },
  ),
  "a page in development with its modules apart": stack(`
services:
  app:
    build: .
    command: npm run dev
    environment: { NODE_ENV: development, CHOKIDAR_USEPOLLING: "true" }
    ports: ["5173:5173", "9229:9229"]
    volumes: [".:/app", /app/node_modules]
    tty: true
    stdin_open: true
    develop: { watch: [{ action: sync, path: ./src, target: /app/src }] }
`),
  "an application of three tiers": stack(`
services:
  proxy: { build: proxy, networks: [front], ports: [8088:80] }
  backend: { build: { context: backend, target: builder }, networks: [front, back], depends_on: [db] }
  db: { image: "mariadb:10-focal", networks: [back], secrets: [db-password], volumes: ["db-data:/var/lib/mysql"], command: "--default-authentication-plugin=mysql_native_password" }
networks: { front: {}, back: { internal: true } }
volumes: { db-data: }
secrets: { db-password: { file: db/password.txt } }
`),
  "votes that are counted": stack(`
services:
  vote: { build: { context: ./vote, target: dev }, healthcheck: { test: ["CMD", "curl", "-f", "http://localhost"], interval: 15s, timeout: 5s, retries: 3, start_period: 10s }, volumes: ["./vote:/usr/local/app"], ports: ["8080:80"], networks: [front-tier, back-tier], depends_on: { redis: { condition: service_healthy } } }
  result: { build: ./result, entrypoint: nodemon --inspect=0.0.0.0 server.js, ports: ["8081:80", "127.0.0.1:9229:9229"], networks: [front-tier, back-tier] }
  worker: { build: { context: ./worker }, networks: [back-tier], depends_on: { redis: { condition: service_healthy } } }
  redis: { image: "redis:alpine", volumes: ["./healthchecks:/healthchecks"], healthcheck: { test: /healthchecks/redis.sh, interval: "5s" }, networks: [back-tier] }
  seed: { build: ./seed-data, profiles: [seed], networks: [front-tier], restart: "no" }
networks: { front-tier: , back-tier: }
`),
  "a framework with mail and a queue": stack(`
services:
  app:
    build: { context: ./docker/8.3, dockerfile: Dockerfile, args: { WWWGROUP: "\${WWWGROUP:-1000}" } }
    image: sail-8.3/app
    extra_hosts: ["host.docker.internal:host-gateway"]
    ports: ["\${APP_PORT:-80}:80", "\${VITE_PORT:-5173}:5173"]
    environment: { WWWUSER: "\${WWWUSER:-1000}", XDEBUG_MODE: "\${XDEBUG_MODE:-off}", LARAVEL_SAIL: 1 }
    volumes: [".:/var/www/html"]
    networks: [sail]
    depends_on: [mysql, mailpit]
  mysql:
    image: mysql/mysql-server:8.0
    ports: ["\${FORWARD_DB_PORT:-3306}:3306"]
    networks: [sail]
    healthcheck: { test: ["CMD", "mysqladmin", "ping", "-p\${DB_PASSWORD:-x}"], retries: 3, timeout: 5s }
  mailpit: { image: "axllent/mailpit:latest", ports: ["1025:1025", "8025:8025"], networks: [sail] }
networks: { sail: { driver: bridge } }
`),
  "an application behind a proxy that finds it by labels": stack(`
services:
  traefik:
    image: traefik:v3
    command: [--api.insecure=true, --providers.docker=true, --entrypoints.web.address=:80]
    ports: ["80:80", "8080:8080"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
    security_opt: ["no-new-privileges:true"]
  whoami:
    image: traefik/whoami
    labels: ["traefik.enable=true", "traefik.http.routers.whoami.rule=Host(\`whoami.localhost\`)"]
`),
  "certificates that renew themselves": stack(`
services:
  nginx:
    image: nginx:1.25-alpine
    restart: unless-stopped
    volumes: ["./nginx:/etc/nginx/conf.d", "./certs:/etc/letsencrypt"]
    ports: ["80:80", "443:443"]
    command: "/bin/sh -c 'while :; do sleep 6h & wait $\${!}; nginx -s reload; done & nginx -g \\"daemon off;\\"'"
  certbot:
    image: certbot/certbot
    volumes: ["./certs:/etc/letsencrypt"]
    entrypoint: "/bin/sh -c 'trap exit TERM; while :; do certbot renew; sleep 12h & wait $\${!}; done;'"
`),
  "a server with HTTP/3": stack(`
services:
  caddy:
    image: caddy:2
    restart: unless-stopped
    cap_add: [NET_ADMIN]
    ports: ["80:80", "443:443", "443:443/udp"]
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile", "data:/data", "config:/config"]
volumes: { data: { external: true }, config: }
`),
  "a watch on other pages": stack(`
services:
  uptime: { image: "louislam/uptime-kuma:1", volumes: ["./data:/app/data"], ports: ["3001:3001"], restart: unless-stopped, healthcheck: { test: [CMD, extra/healthcheck], interval: 1m30s }, stop_signal: SIGINT }
`),
  "tests in a browser": stack(`
services:
  hub: { image: "selenium/hub:4", container_name: selenium-hub, ports: ["4442-4444:4442-4444"] }
  chrome: { image: "selenium/node-chrome:4", shm_size: 2gb, depends_on: [hub], environment: [SE_EVENT_BUS_HOST=selenium-hub] }
  tests: { build: { context: ., dockerfile_inline: "FROM python:3.12\\nCOPY . /t\\n" }, command: pytest, depends_on: { chrome: { condition: service_started } }, init: true }
`),
};

/** Data: stores, streams, searches. */
const data: Readonly<Record<string, Shape>> = {
  "a search with its page": stack(`
services:
  search:
    image: docker.elastic.co/elasticsearch/elasticsearch:8.11.0
    environment: { discovery.type: single-node, bootstrap.memory_lock: "true", ES_JAVA_OPTS: -Xms512m -Xmx512m }
    ulimits: { memlock: { soft: -1, hard: -1 }, nofile: { soft: 65536, hard: 65536 } }
    mem_limit: 1g
    volumes: [esdata:/usr/share/elasticsearch/data]
    ports: [9200:9200]
  kibana: { image: "docker.elastic.co/kibana/kibana:8.11.0", links: [search], ports: [5601:5601], depends_on: [search] }
volumes: { esdata: { driver: local } }
`),
  "another search of two nodes": stack(`
x-node: &node
  image: opensearchproject/opensearch:2
  ulimits: { memlock: -1, nofile: 65536 }
  networks: [search]
services:
  node1: { <<: *node, container_name: node1, environment: [cluster.name=c, node.name=node1], ports: [9200:9200, 9600:9600] }
  node2: { <<: *node, container_name: node2, environment: [cluster.name=c, node.name=node2] }
networks: { search: }
`),
  "a stream and its keeper": stack(`
version: "3.8"
services:
  zookeeper: { image: "confluentinc/cp-zookeeper:7.5.0", hostname: zookeeper, environment: { ZOOKEEPER_CLIENT_PORT: 2181, ZOOKEEPER_TICK_TIME: 2000 } }
  broker:
    image: confluentinc/cp-kafka:7.5.0
    hostname: broker
    depends_on: [zookeeper]
    ports: ["29092:29092", "9092:9092"]
    environment: { KAFKA_BROKER_ID: 1, KAFKA_ADVERTISED_LISTENERS: "PLAINTEXT://broker:29092,PLAINTEXT_HOST://localhost:9092" }
    stop_grace_period: 2m
`),
  "a stream without one, and its page": stack(`
services:
  kafka:
    image: apache/kafka:3.8.0
    user: "1000:1000"
    healthcheck: { test: ["CMD-SHELL", "/opt/kafka/bin/kafka-topics.sh --bootstrap-server localhost:9092 --list"], interval: 10s, timeout: 10s, retries: 5, start_period: 30s, start_interval: 2s }
    environment: { KAFKA_NODE_ID: 1, KAFKA_PROCESS_ROLES: "broker,controller" }
  ui: { image: "provectuslabs/kafka-ui", ports: ["8080:8080"], depends_on: { kafka: { condition: service_healthy, restart: true } } }
`),
  "a queue with its configuration": stack(`
services:
  rabbit:
    image: rabbitmq:3-management
    hostname: rabbit
    ports: ["5672:5672", "15672:15672"]
    configs: [{ source: rabbit-conf, target: /etc/rabbitmq/rabbitmq.conf }]
    volumes: [{ type: volume, source: data, target: /var/lib/rabbitmq }]
configs: { rabbit-conf: { file: ./rabbitmq.conf } }
volumes: { data: }
`),
  "objects on four disks": stack(`
x-minio-common: &minio
  image: quay.io/minio/minio
  command: server --console-address ":9001" http://minio{1...2}/data{1...2}
  expose: ["9000", "9001"]
  healthcheck: { test: ["CMD", "mc", "ready", "local"], interval: 5s, timeout: 5s, retries: 5 }
services:
  minio1: { <<: *minio, hostname: minio1, volumes: [data1-1:/data1, data1-2:/data2] }
  minio2: { <<: *minio, hostname: minio2, volumes: [data2-1:/data1, data2-2:/data2] }
  nginx: { image: "nginx:1.19", volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"], ports: ["9000:9000"], depends_on: [minio1, minio2] }
volumes: { data1-1: , data1-2: , data2-1: , data2-2: }
`),
  "documents in a replica set": stack(`
services:
  mongo:
    image: mongo:7
    command: [--replSet, rs0, --bind_ip_all, --port, "27017"]
    ports: [27017:27017]
    extra_hosts: [host.docker.internal:host-gateway]
    healthcheck:
      test: echo "try { rs.status() } catch (err) { rs.initiate({_id:'rs0',members:[{_id:0,host:'mongo:27017'}]}) }" | mongosh --port 27017 --quiet
      interval: 5s
      timeout: 30s
      start_period: 0s
      retries: 30
    volumes: ["db:/data/db", "cfg:/data/configdb"]
volumes: { db: , cfg: }
`),
  "a cache that is watched over": stack(`
services:
  redis: { image: "redis:7", command: "redis-server --appendonly yes --requirepass \${REDIS_PASSWORD:-secret}", sysctls: { net.core.somaxconn: 1024 }, tmpfs: [/tmp] }
  sentinel: { image: "redis:7", command: redis-sentinel /etc/sentinel.conf, volumes: ["./sentinel.conf:/etc/sentinel.conf"], depends_on: [redis] }
`),
  vectors: stack(`
services:
  weaviate: { command: [--host, 0.0.0.0, --port, "8080", --scheme, http], image: "cr.weaviate.io/semitechnologies/weaviate:1.25.0", ports: [8080:8080, 50051:50051], restart: "on-failure:0", environment: { PERSISTENCE_DATA_PATH: /var/lib/weaviate }, volumes: [weaviate:/var/lib/weaviate] }
  transformers: { image: "semitechnologies/transformers-inference:model", profiles: ["", local], environment: { ENABLE_CUDA: "0" } }
volumes: { weaviate: }
`),
  "vectors with objects and a registry of keys": stack(`
services:
  etcd: { container_name: milvus-etcd, image: "quay.io/coreos/etcd:v3.5.5", volumes: ["\${DOCKER_VOLUME_DIRECTORY:-.}/volumes/etcd:/etcd"], command: etcd -advertise-client-urls=http://127.0.0.1:2379 --data-dir /etcd, healthcheck: { test: ["CMD", "etcdctl", "endpoint", "health"], interval: 30s, timeout: 20s, retries: 3 } }
  standalone: { image: "milvusdb/milvus:v2.4.0", command: ["milvus", "run", "standalone"], security_opt: ["seccomp:unconfined"], environment: { ETCD_ENDPOINTS: "etcd:2379" }, ports: ["19530:19530", "9091:9091"], depends_on: ["etcd"] }
networks: { default: { name: milvus } }
`),
  "vectors alone": stack(`
services:
  qdrant: { image: "qdrant/qdrant:latest", restart: always, ports: [6333:6333, 6334:6334], expose: [6333, 6334, 6335], configs: [{ source: qdrant_config, target: /qdrant/config/production.yaml }], volumes: ["./qdrant_data:/qdrant/storage"] }
configs: { qdrant_config: { file: ./qdrant.yaml } }
`),
  "columns with limits": stack(`
services:
  clickhouse:
    image: clickhouse/clickhouse-server:24
    user: "101:101"
    cap_add: [SYS_NICE, NET_ADMIN, IPC_LOCK]
    ulimits: { nofile: { soft: 262144, hard: 262144 } }
    volumes: ["./config.xml:/etc/clickhouse-server/config.d/config.xml", "data:/var/lib/clickhouse"]
    deploy: { resources: { limits: { cpus: "2", memory: 4G }, reservations: { memory: 1G } } }
volumes: { data: }
`),
  "a page for questions to a database": stack(`
services:
  metabase: { image: "metabase/metabase:latest", volumes: ["/dev/urandom:/dev/random:ro"], ports: [3000:3000], environment: { MB_DB_TYPE: postgres, MB_DB_HOST: postgres }, networks: [metanet], healthcheck: { test: curl --fail -I http://localhost:3000/api/health || exit 1, interval: 15s } }
  postgres: { image: "postgres:latest", networks: [metanet] }
networks: { metanet: { driver: bridge } }
`),
  "flows with one common part": stack(`
x-airflow-common: &common
  image: "\${AIRFLOW_IMAGE_NAME:-apache/airflow:2.9.0}"
  environment: &env { AIRFLOW__CORE__EXECUTOR: CeleryExecutor, AIRFLOW__CORE__FERNET_KEY: "" }
  volumes: ["\${AIRFLOW_PROJ_DIR:-.}/dags:/opt/airflow/dags"]
  user: "\${AIRFLOW_UID:-50000}:0"
  depends_on: &deps { redis: { condition: service_healthy }, postgres: { condition: service_healthy } }
services:
  postgres: { image: "postgres:13", healthcheck: { test: ["CMD", "pg_isready", "-U", "airflow"], interval: 10s, retries: 5, start_period: 5s }, restart: always }
  redis: { image: "redis:7.2-bookworm", expose: [6379], healthcheck: { test: ["CMD", "redis-cli", "ping"], interval: 10s, timeout: 30s, retries: 50, start_period: 30s } }
  webserver: { <<: *common, command: webserver, ports: ["8080:8080"], restart: always, depends_on: { <<: *deps, init: { condition: service_completed_successfully } } }
  init: { <<: *common, entrypoint: /bin/bash, command: [-c, "exec /entrypoint airflow version"], environment: { <<: *env, _AIRFLOW_DB_MIGRATE: "true" }, user: "0:0" }
`),
  "a database that is served again and again": not(
    "an init container's hook runs inside the service",
    stack(`
services:
  db: { image: "postgres:16", post_start: [{ command: ./after.sh, user: root }] }
`),
  ),
};

/** Models and what watches them. */
const models: Readonly<Record<string, Shape>> = {
  "models on a GPU and a page": stack(`
services:
  ollama: { image: "ollama/ollama:\${OLLAMA_DOCKER_TAG-latest}", container_name: ollama, volumes: ["ollama:/root/.ollama"], pull_policy: always, tty: true, restart: unless-stopped, deploy: { resources: { reservations: { devices: [{ driver: nvidia, count: 1, capabilities: [gpu] }] } } } }
  open-webui: { build: { context: ., args: { OLLAMA_BASE_URL: /ollama }, dockerfile: Dockerfile }, image: "ghcr.io/open-webui/open-webui:main", ports: ["\${OPEN_WEBUI_PORT-3000}:8080"], environment: ["OLLAMA_BASE_URL=http://ollama:11434"], extra_hosts: ["host.docker.internal:host-gateway"], depends_on: [ollama] }
volumes: { ollama: {} }
`),
  "a model served alone": stack(`
services:
  vllm: { image: "vllm/vllm-openai:latest", runtime: nvidia, ipc: host, ulimits: { memlock: -1, stack: 67108864 }, environment: [HUGGING_FACE_HUB_TOKEN], volumes: ["~/.cache/huggingface:/root/.cache/huggingface"], ports: ["8000:8000"], command: [--model, some/model, --gpu-memory-utilization, "0.9"], gpus: all }
`),
  "a gateway with a database and metrics": stack(`
services:
  litellm: { build: { context: ., args: { target: runtime } }, image: "ghcr.io/berriai/litellm:main-stable", ports: ["4000:4000"], environment: { DATABASE_URL: "postgresql://llmproxy:x@db:5432/litellm", STORE_MODEL_IN_DB: "True" }, env_file: [{ path: .env, required: false }], depends_on: [db], healthcheck: { test: ["CMD-SHELL", "curl -f http://localhost:4000/health/liveliness || exit 1"], interval: 30s, timeout: 10s, retries: 3, start_period: 40s } }
  db: { image: "postgres:16", restart: always, container_name: litellm_db, healthcheck: { test: ["CMD-SHELL", "pg_isready -d litellm -U llmproxy"], interval: 1s, timeout: 5s, retries: 10 }, volumes: [postgres_data:/var/lib/postgresql/data] }
  prometheus: { image: prom/prometheus, volumes: ["prometheus_data:/prometheus", "./prometheus.yml:/etc/prometheus/prometheus.yml"], ports: ["9090:9090"], command: ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.retention.time=15d"] }
volumes: { prometheus_data: { driver: local }, postgres_data: { name: litellm_postgres_data } }
`),
  "traces with everything they need": stack(`
x-env: &env { DATABASE_URL: "postgresql://postgres:postgres@postgres:5432/postgres", SALT: "\${SALT:-mysalt}", TELEMETRY_ENABLED: "\${TELEMETRY_ENABLED:-true}" }
services:
  worker: { image: "langfuse/langfuse-worker:3", restart: always, depends_on: &deps { postgres: { condition: service_healthy }, redis: { condition: service_healthy } }, ports: ["127.0.0.1:3030:3030"], environment: *env }
  web: { image: "langfuse/langfuse:3", restart: always, depends_on: *deps, ports: ["3000:3000"], environment: { <<: *env, NEXTAUTH_URL: "http://localhost:3000" } }
  redis: { image: "redis:7", command: ">\\n  --requirepass \${REDIS_AUTH:-x}", healthcheck: { test: ["CMD", "redis-cli", "ping"], interval: 3s, timeout: 10s, retries: 10 } }
  postgres: { image: "postgres:\${POSTGRES_VERSION:-latest}", healthcheck: { test: ["CMD-SHELL", "pg_isready -U postgres"], interval: 3s, timeout: 3s, retries: 10 }, ports: ["127.0.0.1:5432:5432"] }
`),
  "metrics of a whole machine": stack(`
services:
  prometheus: { image: "prom/prometheus:latest", volumes: ["./prometheus:/etc/prometheus:ro", "prometheus:/prometheus"], ports: ["9090:9090"], user: root }
  cadvisor: { image: "gcr.io/cadvisor/cadvisor:v0.47.0", privileged: true, devices: [/dev/kmsg], volumes: ["/:/rootfs:ro", "/var/run:/var/run:ro", "/sys:/sys:ro", "/var/lib/docker/:/var/lib/docker:ro"], expose: [8080] }
  node-exporter: { image: "prom/node-exporter", pid: host, network_mode: host, command: ["--path.rootfs=/host"], volumes: ["/:/host:ro,rslave"] }
  grafana: { image: grafana/grafana, user: "472", environment: { GF_SECURITY_ADMIN_PASSWORD: "\${GRAFANA_PASSWORD:-admin}" }, volumes: ["grafana:/var/lib/grafana"], depends_on: [prometheus], logging: { driver: json-file, options: { max-size: 10m, max-file: "3" } } }
volumes: { prometheus: {}, grafana: {} }
`),
  "logs of everything": stack(`
services:
  loki: { image: "grafana/loki:2.9.0", command: -config.file=/etc/loki/local-config.yaml, networks: [loki] }
  promtail: { image: "grafana/promtail:2.9.0", volumes: ["/var/log:/var/log"], networks: [loki] }
  app: { image: busybox, logging: { driver: syslog, options: { syslog-address: "udp://127.0.0.1:514", tag: "{{.Name}}" } }, networks: { loki: { aliases: [application] } } }
networks: { loki: }
`),
  "a notebook": stack(`
services:
  jupyter: { build: { context: ., cache_from: ["jupyter:latest"], shm_size: 1gb }, user: root, group_add: [users], working_dir: /home/jovyan/work, environment: { JUPYTER_ENABLE_LAB: "yes", GRANT_SUDO: "yes" }, ports: ["8888-8890:8888"], volumes: ["./work:/home/jovyan/work"], mem_limit: 4g, memswap_limit: -1, cpus: 2.5 }
`),
  "pictures on a GPU with a key": not(
    "a build's secret is handed over by BuildKit's own client",
    stack(`
services:
  diffusion: { build: { context: ., secrets: [hf_token] }, ports: ["7860:7860"] }
secrets: { hf_token: { environment: HF_TOKEN } }
`),
  ),
};

/** Homes, networks and machines. */
const homes: Readonly<Record<string, Shape>> = {
  "names for a network": stack(`
services:
  pihole: { container_name: pihole, image: "pihole/pihole:latest", ports: ["53:53/tcp", "53:53/udp", "67:67/udp", "80:80/tcp"], environment: { TZ: America/Chicago }, volumes: ["./etc-pihole:/etc/pihole"], cap_add: [NET_ADMIN], dns: [127.0.0.1, 1.1.1.1], restart: unless-stopped, hostname: pi }
`),
  "a tunnel": stack(`
services:
  wireguard: { image: "lscr.io/linuxserver/wireguard:latest", cap_add: [NET_ADMIN, SYS_MODULE], environment: [PUID=1000, PGID=1000, TZ=Etc/UTC], volumes: ["./config:/config", "/lib/modules:/lib/modules"], ports: [51820:51820/udp], sysctls: ["net.ipv4.conf.all.src_valid_mark=1"], restart: unless-stopped }
`),
  "a program inside a tunnel": stack(`
services:
  gluetun: { image: qmcgaw/gluetun, cap_add: [NET_ADMIN], devices: ["/dev/net/tun:/dev/net/tun"], ports: [8888:8888/tcp, 8080:8080], environment: [VPN_SERVICE_PROVIDER=x] }
  client: { image: "lscr.io/linuxserver/qbittorrent", network_mode: "service:gluetun", depends_on: { gluetun: { condition: service_healthy } }, volumes: ["./downloads:/downloads"] }
`),
  "a home": stack(`
services:
  homeassistant: { container_name: homeassistant, image: "ghcr.io/home-assistant/home-assistant:stable", volumes: ["/PATH/config:/config", "/etc/localtime:/etc/localtime:ro", "/run/dbus:/run/dbus:ro"], restart: unless-stopped, privileged: true, network_mode: host }
  mqtt: { image: eclipse-mosquitto, network_mode: host, user: "\${UID:-1000}" }
`),
  cameras: stack(`
services:
  frigate: { container_name: frigate, privileged: true, restart: unless-stopped, stop_grace_period: 30s, image: "ghcr.io/blakeblackshear/frigate:stable", shm_size: "512mb", devices: [/dev/bus/usb:/dev/bus/usb, /dev/dri/renderD128], volumes: ["/etc/localtime:/etc/localtime:ro", "./config:/config", { type: tmpfs, target: /tmp/cache, tmpfs: { size: 1000000000 } }], ports: ["8971:8971", "8555:8555/tcp", "8555:8555/udp"] }
`),
  films: stack(`
services:
  jellyfin: { image: jellyfin/jellyfin, user: 1000:1000, group_add: ["122"], network_mode: host, volumes: ["./config:/config", { type: bind, source: ./media, target: /media, read_only: true, bind: { propagation: rslave } }], devices: ["/dev/dri:/dev/dri"], restart: unless-stopped, extra_hosts: ["host.docker.internal:host-gateway"] }
`),
  "addresses of one's own": stack(`
services:
  a: { image: busybox, networks: { lan: { ipv4_address: 172.28.5.10, aliases: [first] } }, mac_address: "02:42:ac:11:65:43" }
  b: { image: busybox, networks: { lan: { ipv4_address: 172.28.5.11 } }, dns_search: [example.org], domainname: example.org }
networks:
  lan: { driver: bridge, driver_opts: { com.docker.network.bridge.name: br-lan }, ipam: { driver: default, config: [{ subnet: 172.28.0.0/16, ip_range: 172.28.5.0/24, gateway: 172.28.5.254 }] } }
`),
  "addresses of the router": stack(`
services:
  dns: { image: adguard/adguardhome, networks: { macvlan: { ipv4_address: 192.168.1.5 } } }
networks: { macvlan: { driver: macvlan, driver_opts: { parent: eth0 }, ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1 }] } } }
`),
  "a registry with a page": stack(`
services:
  registry: { image: "registry:2.8", environment: { REGISTRY_STORAGE_DELETE_ENABLED: "true" }, volumes: ["./registry:/var/lib/registry"], container_name: registry-server, cap_drop: [ALL], read_only: true, tmpfs: ["/tmp:size=64m,mode=1777"] }
  ui: { image: "joxit/docker-registry-ui:main", ports: [80:80], environment: [SINGLE_REGISTRY=true], links: ["registry:server"] }
`),
  "builds in a machine of their own": stack(`
services:
  dind: { image: "docker:dind", privileged: true, environment: { DOCKER_TLS_CERTDIR: /certs }, networks: { jenkins: { aliases: [docker] } }, volumes: [certs:/certs/client, home:/var/jenkins_home], command: --storage-driver overlay2 }
  jenkins: { build: { context: ., network: host, labels: { team: ci } }, restart: on-failure, networks: [jenkins], environment: ["DOCKER_HOST=tcp://docker:2376"], volumes: ["home:/var/jenkins_home", "certs:/certs/client:ro"], ports: ["8080:8080", "50000:50000"] }
networks: { jenkins: }
volumes: { certs: , home: }
`),
  "a large forge": stack(`
services:
  gitlab: { image: "gitlab/gitlab-ce:latest", restart: always, hostname: gitlab.example.com, environment: { GITLAB_OMNIBUS_CONFIG: "external_url 'https://gitlab.example.com'\\ngitlab_rails['x'] = 2224\\n" }, ports: ["80:80", "2224:22"], volumes: ["$HOME/config:/etc/gitlab"], shm_size: "256m" }
`),
  "secrets that are kept": stack(`
services:
  vault: { image: "hashicorp/vault:1.15", cap_add: [IPC_LOCK], environment: { VAULT_ADDR: "http://0.0.0.0:8200", VAULT_LOCAL_CONFIG: '{"storage": {"file": {"path": "/vault/file"}}}' }, command: server, ports: ["8200:8200"], volumes: ["vault:/vault/file:rw"], pids_limit: 100, oom_score_adj: -500 }
volumes: { vault: }
`),
  "log-ins for everybody": stack(`
services:
  keycloak: { image: "quay.io/keycloak/keycloak:24.0", command: [start-dev, --import-realm], environment: { KC_DB: postgres, KEYCLOAK_ADMIN: admin }, ports: [8180:8080], volumes: ["./realm.json:/opt/keycloak/data/import/realm.json"], depends_on: { db: { condition: service_healthy, required: false } } }
  db: { image: "postgres:16", healthcheck: { disable: false, test: [CMD, pg_isready] } }
`),
};

/** Files of several parts, and what a swarm or another engine would do. */
const parts: Readonly<Record<string, Shape>> = {
  "parts that are included": stack(
    `
include:
  - db/compose.yml
  - path: [monitor/compose.yml]
    project_directory: monitor
services: { app: { image: "app:\${TAG:-dev}", depends_on: [db], networks: [default, inner] } }
`,
    {
      "db/compose.yml":
        "services: { db: { image: 'postgres:16', volumes: ['data:/d', './init:/init:ro'], networks: [inner] } }\nvolumes: { data: }\nnetworks: { inner: }\n",
      "monitor/compose.yml": "services: { monitor: { build: ., env_file: monitor.env } }\n",
      "monitor/monitor.env": "A=1\n",
    },
  ),
  "a common part that others extend": stack(
    `
services:
  web: { extends: { file: common.yml, service: app }, ports: ["8000:8000"], environment: { ROLE: web } }
  worker: { extends: { file: common.yml, service: app }, command: work, deploy: { resources: { limits: { memory: 256M, pids: 50 } } } }
`,
    {
      "common.yml":
        "services:\n  app: { build: ./app, environment: { ROLE: none, LOG: info }, restart: unless-stopped, cap_drop: [ALL], security_opt: ['no-new-privileges:true'] }\n",
    },
  ),
  "one file over another": {
    ...stack(
      `
services:
  web: { image: "web:1", ports: ["80:80"], environment: { MODE: production } }
`,
      {
        "compose.override.yaml":
          "services:\n  web: { build: ., volumes: ['.:/app'], environment: { MODE: dev }, command: !reset null, ports: !override ['3000:80'] }\n",
      },
    ),
    named: ["compose.yaml", "compose.override.yaml"],
  },
  "limits that a swarm would keep": stack(`
services:
  api: { image: "api:1", deploy: { mode: replicated, replicas: 1, resources: { limits: { cpus: "0.50", memory: 512M }, reservations: { cpus: "0.25", memory: 128M } }, restart_policy: { condition: on-failure, delay: 5s, max_attempts: 3, window: 120s }, update_config: { parallelism: 2, delay: 10s }, placement: { constraints: [node.role == manager] }, labels: { a: b } } }
`),
  "users that load a server": not(
    once,
    stack(`
services:
  master: { image: locustio/locust, ports: ["8089:8089"], command: -f /mnt/locustfile.py --master }
  worker: { image: locustio/locust, command: -f /mnt/locustfile.py --worker --master-host master, deploy: { replicas: 4 } }
`),
  ),
  "a service of a swarm on every machine": not(
    once,
    stack(`
services:
  agent: { image: portainer/agent, deploy: { mode: global } }
`),
  ),
  "a configuration inside the file": not(
    "only files are mounted",
    stack(`
services:
  nginx: { image: nginx, configs: [{ source: site, target: /etc/nginx/conf.d/default.conf }] }
configs: { site: { content: "server { listen 80; }\\n" } }
`),
  ),
  "a secret from a variable": not(
    "only files are mounted",
    stack(`
services:
  app: { image: app, secrets: [token] }
secrets: { token: { environment: TOKEN } }
`),
  ),
  "sources of two folders": not(
    "a build is given its one folder",
    stack(`
services:
  app: { build: { context: ./app, additional_contexts: { shared: ../shared } } }
`),
  ),
};

/** By name; 58 of them. */
export const shapes: Readonly<Record<string, Shape>> = { ...web, ...data, ...models, ...homes, ...parts };

/** Those that are refused, as the table of the docs. */
export function tableOfRefusedShapes(): string {
  const rows = Object.entries(shapes).flatMap(([name, { refused }]) =>
    refused === undefined ? [] : [`| ${name} | ${refused} |`],
  );
  return ["| The stack | Why not as it is |", "| --- | --- |", ...rows].join("\n");
}
