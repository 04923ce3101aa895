// In place of other libraries' classes: the CommonJS form.

'use strict';

const transformers = require('@huggingface/transformers');
const mojoAudio = require('./index.js');
const { classes } = require('./compat-classes.js');

module.exports = classes(transformers, mojoAudio);
