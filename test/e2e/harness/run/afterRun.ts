/* eslint-disable */
import './beforeRun';

export default async function afterRun(): Promise<void> {
	await globalThis.e2eRun?.end();
}
