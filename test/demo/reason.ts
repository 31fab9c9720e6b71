/* eslint-disable */
import type { IDataObject } from 'n8n-workflow';
import type { RunResult } from '../engine/support/runWorkflow';
import type { Api } from './api';

/** For errors about the credential: the environment variable to check. */
const VARIABLES: Record<string, string> = {
	access_denied: 'NANOBANANA_API_KEY',
	invalid_key: 'NANOBANANA_API_KEY',
	key_expired: 'NANOBANANA_API_KEY',
	unreachable: 'NANOBANANA_BASE_URL',
	wrong_base_url: 'NANOBANANA_BASE_URL',
};

/** Why an execution returned no image. */
export function reasonOf(run: RunResult, api: Api): string {
	return run.status === 'canceled' ? cancellation(run, api) : failure(run, api);
}

/** n8n keeps no data of a canceled execution, so the open tasks are read from the node's log. */
function cancellation(run: RunResult, api: Api): string {
	const taskIds = run.logs.flatMap(({ level, meta }) =>
		level === 'warn' && Array.isArray(meta.taskIds) ? meta.taskIds.map(String) : [],
	);
	if (taskIds.length === 0) return 'The execution was canceled before there was a task ID';
	const future = api.isMockApi
		? 'ended with the mock API'
		: "keep running and are charged; get their images with 'Wait for Task Result'";
	return `The execution was canceled; its open tasks ${future}: ${taskIds.join(', ')}`;
}

function failure({ error }: RunResult, api: Api): string {
	if (error === undefined) return 'The execution failed without a reason';
	const data = ('context' in error ? error.context.data : undefined) as IDataObject | undefined;
	const variable = api.isMockApi ? undefined : VARIABLES[String(data?.errorCode)];
	if (variable === undefined) return `${error.message}. ${error.description ?? ''}`;
	const response = typeof data?.gatewayMessage === 'string' ? ` (${data.gatewayMessage})` : '';
	return `${error.message}${response}. Check ${variable}.`;
}
