/* eslint-disable */
/** The nouns of the benchmark. Groups of rows are measured by `core/` (in the n8n engine) and `n8n/` (on a real n8n server). */

export type Target = { atMost: number } | { atLeast: number };

export interface Row {
	/** Unique over all groups; the key of the figure in docs/bench.json. */
	id: string;
	/** What is measured, with its load: read without the rest of the table. */
	name: string;
	/** Behind the figure: 's', 'x', '%', 'MB', ''. */
	unit: string;
	digits?: number;
	/** None for a row that only informs or that others are compared with. */
	target?: Target;
	/** Why it misses its target; shown only when it does. */
	why?: string;
	/** Bars with the same panel are compared in the chart. */
	bar?: { panel: string; label: string };
}

/** Rows that come out of the same measurement. */
export interface BenchGroup {
	/** `--only` also searches the names and ids of the rows. */
	name: string;
	rows: Row[];
	/** How long one measurement takes, for the estimate. */
	seconds: number;
	/** Measurements that may run side by side because they mostly wait; 1 unless told. */
	sideBySide?: number;
	/** For what takes minutes: no more measurements than these, however many are asked for. */
	runsAtMost?: number;
	/** Once before all measurements, and once after them, also after a failure. */
	open?(context: OpenContext): Promise<void>;
	close?(): Promise<void>;
	/** One measurement: a figure for every row, by its id. What throws here fails the group, not the program. */
	measure(context: BenchContext): Promise<Figures>;
}

export type Figures = Record<string, number>;

export interface OpenContext {
	/** One line about what is going on. */
	report(line: string): void;
}

export interface BenchContext extends OpenContext {
	/** 1 for the first measurement of a group, and so on. */
	seed: number;
}
