// BullMQ with nodemailer: `node bullmq.mjs work`, or `node bullmq.mjs put COUNT TAG`.
import { Queue, Worker } from "bullmq";
import { build, mailer, recipients, threads } from "./message.mjs";

const url = new URL(process.env.BENCH_REDIS_URL);
const connection = {
  host: url.hostname,
  port: Number(url.port || 6379),
  db: Number(url.pathname.slice(1) || 0),
  maxRetriesPerRequest: null,
};
const [, , what, count, tag] = process.argv;

if (what === "put") {
  const queue = new Queue("bench", { connection });
  let jobs = [];
  for (const recipient of recipients(Number(count), tag)) {
    jobs.push({ name: "mail", data: { recipient } });
    if (jobs.length === 1000) await queue.addBulk(jobs.splice(0));
  }
  if (jobs.length) await queue.addBulk(jobs);
  await queue.close();
} else {
  const transport = mailer();
  const work = (job) => transport.sendMail(build(job.data.recipient));
  new Worker("bench", work, { connection, concurrency: threads });
  process.on("SIGTERM", () => process.exit(0));
}
