'use strict';

const { version: platformVersion } = require('zapier-platform-core');

const authentication = require('./authentication');
const sendReviewRequest = require('./creates/send_review_request');
const { authorize, explain } = require('./lib/answers');
const { isPublished } = require('./lib/paths');
const { version } = require('./package.json');
const contactOptedOut = require('./triggers/contact_opted_out');
const feedbackReceived = require('./triggers/feedback_received');
const requestResponded = require('./triggers/request_responded');

const keyed = (...parts) => Object.fromEntries(parts.map((part) => [part.key, part]));

module.exports = {
  version,
  platformVersion,
  authentication,
  beforeRequest: [authorize],
  afterResponse: [explain],
  // The published paths have no events.
  triggers: isPublished() ? {} : keyed(feedbackReceived, requestResponded, contactOptedOut),
  creates: keyed(sendReviewRequest),
};
