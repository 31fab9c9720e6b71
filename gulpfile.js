const { rm } = require('node:fs/promises');
const { Transform } = require('node:stream');
const { dest, src } = require('gulp');
const { minify } = require('terser');

/** What an earlier build left would be published, so every build starts empty. */
const clean = async () => await rm('dist', { recursive: true, force: true });

/** Icons stand beside the code that names them. */
const buildIcons = () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));

/** Takes white space out and nothing else: names stay as they are, so that a stack trace can be read. */
const stripSpace = () =>
	new Transform({
		objectMode: true,
		transform(file, _encoding, done) {
			minify(file.contents.toString(), { compress: false, mangle: false, format: { max_line_len: 160 } }).then(({ code }) => {
				file.contents = Buffer.from(code);
				done(null, file);
			}, done);
		},
	});
const compact = () => src('dist/**/*.js').pipe(stripSpace()).pipe(dest('dist'));

exports.clean = clean;
exports.compact = compact;
exports['build:icons'] = buildIcons;
exports.default = buildIcons;
