const { rm } = require('node:fs/promises');
const { Transform } = require('node:stream');
const { build } = require('esbuild');
const { dest, parallel, series, src } = require('gulp');
const { minify } = require('terser');

/**
 * n8n loads the node at every start, in every process: one small file for the node and one for the
 * credential load in half the time of one file per module.
 */
const bundling = {
	absWorkingDir: __dirname,
	entryPoints: ['nodes/NanoBanana/NanoBanana.node.ts', 'credentials/NanoBananaApi.credentials.ts'],
	outdir: 'dist',
	outbase: '.',
	bundle: true,
	// Present wherever the node runs; a second copy would not recognize n8n's own errors.
	external: ['n8n-workflow'],
	platform: 'node',
	target: 'node20',
	format: 'cjs',
	minify: true,
	// The gateways' words in Chinese take half the bytes that way.
	charset: 'utf8',
	legalComments: 'none',
	logLevel: 'warning',
};

/** What an earlier build left would be published, so every build starts empty. */
const clean = async () => await rm('dist', { recursive: true, force: true });

const bundle = async () => void (await build(bundling));

/** Puts constants where they are used and the like, which the bundler leaves alone. */
const shorten = () =>
	new Transform({
		objectMode: true,
		transform(file, _encoding, done) {
			minify(file.contents.toString(), {
				ecma: 2022,
				toplevel: true,
				module: true,
				compress: { passes: 4, keep_fargs: false, unsafe_arrows: true, unsafe_methods: true },
			}).then(({ code }) => {
				file.contents = Buffer.from(code);
				done(null, file);
			}, done);
		},
	});
const compact = () => src('dist/**/*.js').pipe(shorten()).pipe(dest('dist'));

/** n8n looks for the description of the node's place in its catalogue beside the code. */
const buildCodex = () => src('nodes/**/*.node.json', { base: '.' }).pipe(dest('dist'));

/** Icons stand where the code says that they are. */
const buildIcons = () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));

exports.bundling = bundling;
exports.clean = clean;
exports['build:icons'] = buildIcons;
exports.default = series(clean, bundle, parallel(compact, buildCodex, buildIcons));
