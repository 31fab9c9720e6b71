/* eslint-disable */
import type { Call } from '../call';
import { DIALECTS } from '../dialects';
import { readImageRequest } from './imageRequest';
import { acceptTask, runToEnd } from '../tasks/tasks';
import { resultFilesOf } from './resultFiles';
import { renderResults } from '../images/resultImages';
import { viewTask } from './tasks';
import type { MockResponse, ImageRequest } from '../types';

/** POST /v1/images/generations */
export async function generate(call: Call): Promise<MockResponse> {
	return await sendImages(call, readImageRequest(call, 'generations'));
}

/** POST /v1/images/edits */
export async function edit(call: Call): Promise<MockResponse> {
	return await sendImages(call, readImageRequest(call, 'edits'));
}

async function sendImages(call: Call, request: ImageRequest): Promise<MockResponse> {
	const { dialect } = call.mock.settings;
	if (dialect === 'openAiTask') {
		return DIALECTS[dialect].create(await viewTask(call, acceptTask(call, request, true)));
	}
	const task = await runToEnd(call, request);
	const revised = { revised_prompt: request.prompt };
	const data = request.asBase64
		? (await renderResults(call, task)).map(({ content }) => ({ b64_json: content.toString('base64'), ...revised }))
		: resultFilesOf(call.mock, task).map(({ url }) => ({ url, ...revised }));
	return { status: 200, body: { created: Math.floor(Date.now() / 1000), data } };
}
