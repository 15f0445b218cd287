'use strict';

const { to } = require('../lib/paths');

const byName = (one, other) => other.is_default - one.is_default || one.name.localeCompare(other.name);

// An account has at most 100 sequences: one page has them all.
const perform = async (z) => {
  const response = await z.request({ url: to('sequences'), params: { page_size: 100 } });
  return response.data.results.sort(byName).map(({ id, name, is_default: isDefault }) => ({
    id: String(id),
    name: isDefault ? `${name} (default)` : name,
  }));
};

// Not to be chosen by people: it fills the list of sequences that the action shows.
module.exports = {
  key: 'sequence',
  noun: 'Sequence',
  display: {
    label: 'New Sequence',
    description: 'Triggers when a sequence is added.',
    hidden: true,
  },
  operation: {
    type: 'polling',
    perform,
    sample: { id: '1', name: 'Standard (default)' },
    outputFields: [
      { key: 'id', label: 'Sequence ID' },
      { key: 'name', label: 'Name' },
    ],
  },
};
