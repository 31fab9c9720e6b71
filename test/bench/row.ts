/* eslint-disable */
/** The types of the benchmark. `core/` measures groups of rows in the n8n engine, `n8n/` on a real n8n server. */

export type Target = { atMost: number } | { atLeast: number };

export interface Row {
	/** Unique in all groups. The key of the figure in docs/bench.json. */
	id: string;
	/** What is measured and with which load. It must be clear without the rest of the table. */
	name: string;
	/** Printed after the figure: 's', 'x', '%', 'MB', ''. */
	unit: string;
	digits?: number;
	/** Undefined for a row that only informs, or that other rows are compared with. */
	target?: Target;
	/** Why it misses its target. Only shown if it does. */
	why?: string;
	/** Bars with the same panel are compared in the chart. */
	bar?: { panel: string; label: string };
}

/** Rows from the same measurement. */
export interface BenchGroup {
	/** `--only` also searches the names and ids of the rows. */
	name: string;
	rows: Row[];
	/** How long one measurement takes, for the estimate. */
	seconds: number;
	/** How many measurements may run in parallel, because they mostly wait. Default: 1. */
	sideBySide?: number;
	/** The maximum number of measurements, for groups that take minutes. */
	runsAtMost?: number;
	/** Called once before all measurements, and once after them, also after a failure. */
	open?(context: OpenContext): Promise<void>;
	close?(): Promise<void>;
	/** One measurement: a figure for each row ID. If it throws, the group fails, but not the program. */
	measure(context: BenchContext): Promise<Figures>;
}

export type Figures = Record<string, number>;

export interface OpenContext {
	/** Shows one line about the progress. */
	report(line: string): void;
}

export interface BenchContext extends OpenContext {
	/** 1 for the first measurement of a group, and so on. */
	seed: number;
}
