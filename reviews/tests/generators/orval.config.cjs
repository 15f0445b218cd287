// The clients of orval: calls by fetch, and schemas for zod that read what is sent and answered.
const input = "./openapi.json";
module.exports = {
  calls: { input, output: { target: "./orval/api.ts", client: "fetch", mode: "split" } },
  schemas: { input, output: { target: "./orval/api.zod.ts", client: "zod" } },
};
