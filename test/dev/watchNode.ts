/* eslint-disable */
import { join } from 'node:path';
import { context, type BuildOptions, type Plugin } from 'esbuild';

import manifest from '../../package.json';

/** The build's own settings, so that what is tried out is what is published. */
const { bundling } = require('../../gulpfile.js') as { bundling: BuildOptions };

/** What makes n8n watch the folders of its packages and load them again; it tells open editors as well. */
export const hotReload = { NODE_ENV: 'development', N8N_DEV_RELOAD: 'true' };

/**
 * Builds the node into the n8n of this user folder, now and after every change of a source file.
 * Types are the editor's business here: a build that waited for them would take seconds.
 * @returns what stops the watching
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
