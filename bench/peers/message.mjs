// The mail that every library sends, for Node: see message.py.
import { readFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import nodemailer from "nodemailer";

const MARK = "BENCHBENCHBENCH1";
const words = JSON.parse(readFileSync(process.env.BENCH_MESSAGE, "utf8"));
export const threads = Number(process.env.BENCH_THREADS);

export function mailer() {
  return nodemailer.createTransport({
    host: "127.0.0.1",
    port: Number(process.env.BENCH_SMTP_PORT),
    ignoreTLS: true,
    pool: true,
    maxConnections: threads,
    maxMessages: Infinity,
  });
}

export function build(recipient) {
  const token = randomBytes(8).toString("hex");
  return {
    from: "reviews@sender.example",
    to: recipient,
    subject: words.subject,
    text: words.text.replaceAll(MARK, token),
    html: words.html.replaceAll(MARK, token),
  };
}

export function* recipients(count, tag) {
  for (let number = 0; number < count; number++) yield `${tag}-${number}@example.com`;
}
