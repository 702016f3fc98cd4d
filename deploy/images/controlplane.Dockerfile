# Build from the root of the repository: docker build --file deploy/images/controlplane.Dockerfile .
FROM node:26.10.0-bookworm-slim AS build
WORKDIR /src
ENV CI=true
RUN npm install --global pnpm@12.21.0
COPY . .
RUN pnpm install --frozen-lockfile \
 && pnpm run build \
 && pnpm --filter @chainloop/controlplane deploy --prod /app

FROM node:26.10.0-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The same number as in the Helm chart; the name is not needed.
USER 65532:65532
EXPOSE 9000 8000 9100 5000
ENTRYPOINT ["node", "--enable-source-maps", "--import", "@chainloop/kit/telemetry", "dist/main.js"]
CMD ["serve"]
