// graphile-worker with nodemailer: `node graphile.mjs work`, or `… put COUNT TAG`.
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import { build, mailer, recipients, threads } from "./message.mjs";

const connectionString = process.env.DATABASE_URL;
const logger = new Logger(() => () => {});
const [, , what, count, tag] = process.argv;

if (what === "put") {
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  let jobs = [];
  for (const recipient of recipients(Number(count), tag)) {
    jobs.push({ identifier: "mail", payload: { recipient } });
    if (jobs.length === 1000) await utils.addJobs(jobs.splice(0));
  }
  if (jobs.length) await utils.addJobs(jobs);
  await utils.release();
} else {
  const transport = mailer();
  const mail = async ({ recipient }) => {
    await transport.sendMail(build(recipient));
  };
  const maxPoolSize = threads + 2;
  await run({ connectionString, maxPoolSize, logger, concurrency: threads, taskList: { mail }, noHandleSignals: true });
  process.on("SIGTERM", () => process.exit(0));
}
