# The service and its command line, and nothing else: what runs is 13 MB of a 600 MB build.
# docs/deployment.md tells how to build and run it; test/deploy/image.test.ts runs what the last stage copies.
ARG NODE_VERSION=24
ARG DEBIAN_RELEASE=bookworm

FROM node:${NODE_VERSION}-${DEBIAN_RELEASE}-slim AS base
# ca-certificates, libssl3, libzstd1, zlib1g: what the Kafka client is linked with (TLS, zstd, gzip; a topic whose
# producers compress with zstd cannot be read without it). tini: process 1 hands signals
# on and buries orphans; Node.js as process 1 would do neither by default.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libssl3 libzstd1 tini zlib1g \
  && rm -rf /var/lib/apt/lists/*

FROM base AS build
RUN apt-get update && apt-get install -y --no-install-recommends g++ libssl-dev libzstd-dev make python3 zlib1g-dev
WORKDIR /build
# Before the sources: the client's build takes minutes, and is only repeated when the dependencies change.
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
# The Kafka client with the project's patch. The headers of this very Node.js are in the image: nothing is downloaded.
COPY patches/node-rdkafka+3.6.1.patch patches/
COPY tools/lib/command.mjs tools/lib/npm.mjs tools/lib/project.mjs tools/lib/setup-problem.mjs tools/lib/
COPY tools/setup/binding.mjs tools/setup/patch.mjs tools/setup/
COPY tools/binding.mjs tools/binding.mjs
RUN npm_config_nodedir=/usr/local node tools/binding.mjs
COPY tsconfig.json ./
COPY src src
COPY topology topology
COPY config config
RUN npx tsc -p tsconfig.json
COPY deploy/image deploy/image
RUN node deploy/image/assemble.mjs /runtime

FROM base
ARG VERSION=unknown
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="audit-lanes" \
  org.opencontainers.image.description="Stream processor for Kafka: user events in, audit events out, in order per key and exactly once" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="${SOURCE}"
# Nothing is installed at run time, and what is not there cannot be misused.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
  /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn*
WORKDIR /app
# Owned by root and not writable for the user that runs it.
COPY --from=build /runtime ./
# The operator's command line (kubectl exec … -- audit-lanes status), and where its `dlq replay` keeps its
# journals: the only place beside /tmp that anything is ever written to. Mount a volume there to keep them.
RUN ln -s /app/dist/src/cli/audit-lanes.js /usr/local/bin/audit-lanes \
  && install -d -o 65532 -g 65532 -m 0700 /var/lib/audit-lanes
# UV_THREADPOOL_SIZE: every native call that waits holds one of libuv's threads; four are too few.
# MALLOC_*: glibc has two heaps instead of eight for each core, and keeps the size from which it asks the system for a
# block. Else large blocks, of which the Kafka client has many, soon come out of the same heaps as small ones, and the
# holes between them grow at full load. What is free at the end of a heap is kept up to 32 MB: it is needed again with the
# next transaction. GLIBC_TUNABLES: in huge pages, where the machine gives them to whom asks (madvise).
ENV NODE_ENV=production \
  CONFIG_FILE=/app/config/production.json \
  UV_THREADPOOL_SIZE=16 \
  MALLOC_ARENA_MAX=2 \
  MALLOC_MMAP_THRESHOLD_=131072 \
  MALLOC_TRIM_THRESHOLD_=33554432 \
  GLIBC_TUNABLES=glibc.malloc.hugetlb=1 \
  XDG_STATE_HOME=/var/lib
# A number, so that Kubernetes can see that it is not root. It has no name, no home and no password entry.
USER 65532:65532
EXPOSE 8080
# Live, not ready: losing the brokers is no reason to be restarted. Two misses of 5 s are no verdict, three are.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "/app/healthcheck.mjs"]
ENTRYPOINT ["/usr/bin/tini", "--"]
# What is decided lives until its commit: with the default of 16 MB a quarter of the time goes to copying it about.
# After a burst of failures, in which results wait, V8 would go on to put what is made of each record where objects grow old.
CMD ["node", "--max-semi-space-size=32", "--no-allocation-site-pretenuring", "dist/src/main.js"]
