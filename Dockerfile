# The service, and nothing else: what it needs to run is about 4 MB of a 540 MB build.
ARG NODE_VERSION=24

FROM node:${NODE_VERSION}-slim AS base
# What the Kafka client is linked with: TLS, gzip.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libssl3 zlib1g \
  && rm -rf /var/lib/apt/lists/*

FROM base AS build
RUN apt-get update && apt-get install -y --no-install-recommends g++ make python3 libssl-dev zlib1g-dev
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# The headers of this very Node.js are in the image: nothing is downloaded for the native build.
RUN npm_config_nodedir=/usr/local npm ci
COPY tsconfig.json ./
COPY src src
COPY topology topology
COPY config config
RUN npx tsc -p tsconfig.json
# Of the client's build: the binding and the two shared libraries it loads. Set aside first, since npm prune
# may fetch a package anew, without its build.
RUN mkdir -p /client/Release /client/deps \
  && cd node_modules/node-rdkafka/build \
  && cp Release/node-librdkafka.node /client/Release/ \
  && cp deps/librdkafka.so.1 deps/librdkafka++.so.1 /client/deps/
RUN npm prune --omit=dev --ignore-scripts \
  && cd node_modules/node-rdkafka \
  && rm -rf build deps src \
  && mv /client build

FROM base
WORKDIR /app
# Every native call that waits holds one of libuv's threads; four are too few.
ENV NODE_ENV=production CONFIG_FILE=config/production.json UV_THREADPOOL_SIZE=16
COPY package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY config/*.json config/
# The operator's command line: kubectl exec … -- audit-lanes status
RUN chmod +x dist/src/cli/audit-lanes.js && ln -s /app/dist/src/cli/audit-lanes.js /usr/local/bin/audit-lanes
USER node
EXPOSE 8080
CMD ["node", "dist/src/main.js"]
