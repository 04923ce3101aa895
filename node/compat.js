// In place of other libraries' classes: the CommonJS form.

'use strict';

const transformers = require('@huggingface/transformers');
const { classes } = require('./lib/compat.js');

module.exports = classes(transformers);
