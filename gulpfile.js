const { rm } = require('node:fs/promises');
const { Transform } = require('node:stream');
const { dest, src } = require('gulp');
const { minify } = require('terser');

/** What an earlier build left would be published, so every build starts empty. */
const clean = async () => await rm('dist', { recursive: true, force: true });

/** Icons stand beside the code that names them. */
const buildIcons = () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));

/** Makes the code small, which n8n loads at every start. Names of functions stay, so that a stack trace can be read. */
const shorten = () =>
	new Transform({
		objectMode: true,
		transform(file, _encoding, done) {
			minify(file.contents.toString(), { ecma: 2022, compress: { passes: 2 }, mangle: { keep_fnames: true }, keep_fnames: true, format: { max_line_len: 160 } }).then(({ code }) => {
				file.contents = Buffer.from(code);
				done(null, file);
			}, done);
		},
	});
const compact = () => src('dist/**/*.js').pipe(shorten()).pipe(dest('dist'));

exports.clean = clean;
exports.compact = compact;
exports['build:icons'] = buildIcons;
exports.default = buildIcons;
