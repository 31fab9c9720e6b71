/* eslint-disable */
import { join } from 'node:path';
import { context, type BuildOptions, type Plugin } from 'esbuild';

import manifest from '../../package.json';

/** The settings of the published build. */
const { bundling } = require('../../gulpfile.js') as { bundling: BuildOptions };

/** Makes n8n watch the folders of its packages, reload them, and notify open editors. */
export const hotReload = { NODE_ENV: 'development', N8N_DEV_RELOAD: 'true' };

/**
 * Builds the node into the n8n of this user folder, now and after every change of a source file.
 * Does not check types, which would take seconds.
 * @returns a function that stops watching
 */
export async function watchNode(userFolder: string): Promise<() => Promise<void>> {
	const outdir = join(userFolder, '.n8n', 'nodes', 'node_modules', manifest.name, 'dist');
	const watching = await context({ ...bundling, outdir, sourcemap: 'inline', plugins: [tellBuilds] });
	await watching.watch();
	return async () => await watching.dispose();
}

const tellBuilds: Plugin = {
	name: 'tell-builds',
	setup: ({ onEnd }) =>
		onEnd(({ errors }) => {
			const time = new Date().toTimeString().slice(0, 8);
			console.log(
				errors.length > 0
					? `${time}  not built, n8n keeps the node as it was`
					: `${time}  built, n8n loads it in a few seconds; an open editor follows`,
			);
		}),
};
