'use strict';

const { version: platformVersion } = require('zapier-platform-core');

const authentication = require('./authentication');
const sendReviewRequest = require('./creates/send_review_request');
const { authorize, explain } = require('./lib/answers');
const { isPublished } = require('./lib/paths');
const { version } = require('./package.json');
const contactOptedOut = require('./triggers/contact_opted_out');
const newFeedback = require('./triggers/new_feedback');
const requestResponded = require('./triggers/request_responded');
const reviewRequestFailed = require('./triggers/review_request_failed');
const sequence = require('./triggers/sequence');

const keyed = (...parts) => Object.fromEntries(parts.map((part) => [part.key, part]));

module.exports = {
  version,
  platformVersion,
  authentication,
  beforeRequest: [authorize],
  afterResponse: [explain],
  // Else a 429 is thrown before `explain` has put it into words.
  flags: { throwForThrottlingEarly: false },
  // The published paths have neither events nor sequences.
  triggers: isPublished() ? {} : keyed(newFeedback, requestResponded, reviewRequestFailed, contactOptedOut, sequence),
  creates: keyed(sendReviewRequest),
};
