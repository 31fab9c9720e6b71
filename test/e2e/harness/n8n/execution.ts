/* eslint-disable */
import { parse } from 'flatted';
import type {
	ExecutionStatus,
	IBinaryData,
	INodeExecutionData,
	IRunData,
	IRunExecutionData,
	ITaskData,
} from 'n8n-workflow';

/** What n8n stored about one run of a workflow. */
export interface Execution {
	readonly id: string;
	readonly status: ExecutionStatus;
	readonly mode: string;
	readonly runData: IRunData;
	/** The error that ended the run, as the user sees it. */
	readonly error: ExecutionFailure | undefined;
	/** The output items of the last run of a node. */
	readonly items: (nodeName: string, output?: number) => INodeExecutionData[];
	readonly task: (nodeName: string) => ITaskData;
}

export interface ExecutionFailure {
	readonly name?: string;
	readonly message: string;
	readonly description?: string | null;
	readonly httpCode?: string | null;
}

export interface StoredExecution {
	readonly id: string;
	readonly status: ExecutionStatus;
	readonly mode: string;
	/** Text in `flatted` format from REST, an object from the command line. */
	readonly data: string | IRunExecutionData;
}

export function readExecution(stored: StoredExecution): Execution {
	const data: IRunExecutionData = typeof stored.data === 'string' ? parse(stored.data) : stored.data;
	const runData = data?.resultData?.runData ?? {};
	const task = (nodeName: string) => {
		const last = runData[nodeName]?.at(-1);
		if (!last)
			throw new Error(
				`${nodeName} did not run in execution ${stored.id} (${stored.status}): ${JSON.stringify(data?.resultData?.error ?? Object.keys(runData))}`,
			);
		return last;
	};
	return {
		id: stored.id,
		status: stored.status,
		mode: stored.mode,
		runData,
		error: data?.resultData?.error as ExecutionFailure | undefined,
		task,
		items: (nodeName, output = 0) => task(nodeName).data?.main?.[output] ?? [],
	};
}

export function fileOf(item: INodeExecutionData | undefined, field = 'data'): IBinaryData {
	const file = item?.binary?.[field];
	if (!file) throw new Error(`The item has no file in "${field}", only ${JSON.stringify(item?.binary ?? {})}`);
	return file;
}
