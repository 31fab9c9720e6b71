const { rm } = require('node:fs/promises');
const { dest, src } = require('gulp');

/** What an earlier build left would be published, so every build starts empty. */
const clean = async () => await rm('dist', { recursive: true, force: true });

/** Icons stand beside the code that names them. */
const buildIcons = () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));

exports.clean = clean;
exports['build:icons'] = buildIcons;
exports.default = buildIcons;
