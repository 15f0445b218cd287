'use strict';

// Set with `zapier env:set`: where ReviewHub runs, and, for another product with the published paths of the API that
// ReviewHub follows, PATHS=published.
const base = () => (process.env.BASE_URL || 'http://localhost:8000').replace(/\/+$/, '');

const OURS = {
  ask: '/api/v1/review-requests',
  fields: '/api/v1/review-requests/fields',
  me: '/api/v1/me',
  authorize: '/oauth/authorize',
  token: '/oauth/token',
  events: '/api/v1/events',
  hooks: '/api/v1/hooks',
  sequences: '/api/v1/sequences',
};
const PUBLISHED = {
  ask: '/api/zapier/send-review-request',
  fields: '/api/zapier/send-review-request/fields',
  me: '/api/zapier/me',
  authorize: '/api/oauth/zapier/authorize',
  token: '/api/oauth/zapier/token',
};

const isPublished = () => process.env.PATHS === 'published';

const path = (name) => (isPublished() ? PUBLISHED : OURS)[name];
const to = (name) => base() + path(name);

module.exports = { isPublished, path, to };
