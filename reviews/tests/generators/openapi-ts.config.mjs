// The client of hey-api, which reads each answer by a schema for zod.
export default {
  input: "./openapi.json",
  output: "./hey",
  plugins: ["@hey-api/typescript", "@hey-api/client-fetch", "zod", { name: "@hey-api/sdk", validator: true }],
};
