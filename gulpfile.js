const { rm } = require('node:fs/promises');
const { build } = require('esbuild');
const { dest, parallel, series, src } = require('gulp');

/**
 * n8n loads the node at every start, in every process. One file for the node and one for the
 * credential load in half the time of one file per module. Nothing is minified, so the published
 * code can be reviewed, and stack traces contain the function names of the source.
 */
const bundling = {
	absWorkingDir: __dirname,
	entryPoints: ['nodes/NanoBanana/NanoBanana.node.ts', 'credentials/NanoBananaApi.credentials.ts'],
	outdir: 'dist',
	outbase: '.',
	bundle: true,
	// Always present where the node runs. A second copy would not recognize n8n's own errors.
	external: ['n8n-workflow'],
	platform: 'node',
	target: 'node20',
	format: 'cjs',
	// Chinese error texts stay readable.
	charset: 'utf8',
	logLevel: 'warning',
};

/** Files of an earlier build would be published too, so every build starts empty. */
const clean = async () => await rm('dist', { recursive: true, force: true });

const bundle = async () => void (await build(bundling));

/** n8n reads the node's category and aliases from this file next to the code. */
const buildCodex = () => src('nodes/**/*.node.json', { base: '.' }).pipe(dest('dist'));

/** n8n offers the fields of these schemas in the editor before the node has run. */
const buildSchemas = () => src('nodes/**/__schema__/**/*.json', { base: '.' }).pipe(dest('dist'));

/** The node and the credential refer to these paths. */
const buildIcons = () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));

exports.bundling = bundling;
exports.clean = clean;
exports['build:icons'] = buildIcons;
exports.default = series(clean, parallel(bundle, buildCodex, buildSchemas, buildIcons));
