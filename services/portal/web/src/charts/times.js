/** Pictures of time: burndown, control, box, calendar, gantt, spark. */

import { grid, legend, nameAxis, onColour, valueAxis } from "./look.js";

const WEEK = 7 * 24 * 3600 * 1000;

/** {days: [text], open: [number or null], promise: [number], today: index}: what is open against what was promised. */
export function burndown(data, look) {
  return {
    legend: legend(look, { data: [data.words.open, data.words.promised] }),
    tooltip: { trigger: "axis" },
    grid: grid(look, { top: look.size * 4.2 }),
    xAxis: nameAxis(look, data.days, { boundaryGap: false }),
    yAxis: valueAxis(look, { name: data.unit || data.words.cases }),
    series: [
      {
        name: data.words.open,
        type: "line",
        data: data.open,
        symbolSize: 6 * look.px,
        lineStyle: { width: 3 * look.px },
        areaStyle: { opacity: 0.14 },
        markLine:
          data.today === undefined
            ? undefined
            : { silent: true, symbol: "none", lineStyle: { color: look.edge }, label: { formatter: data.words.today, color: look.ink, fontSize: look.size }, data: [{ xAxis: data.today }] },
      },
      { name: data.words.promised, type: "line", data: data.promise, symbol: "none", lineStyle: { width: 2 * look.px, type: "dashed" } },
    ],
  };
}

/** {weeks: [text], values: [number], mean, upper, lower, unit}: points beyond the limits stand out. */
export function control(data, look) {
  const line = (name, value, type) => ({
    yAxis: value,
    lineStyle: { color: name === data.words.mean ? look.quiet : look.red, type },
    label: { formatter: `${name} ${value}`, position: "insideEndTop", color: look.ink, fontSize: look.size },
  });
  const beyond = (value) => value > data.upper || value < data.lower;
  return {
    tooltip: { trigger: "axis" },
    grid: grid(look, { top: look.size * 2.4 }),
    xAxis: nameAxis(look, data.weeks, { boundaryGap: false }),
    yAxis: valueAxis(look, { name: data.unit, scale: true, min: (at) => Math.floor(Math.min(at.min, data.lower) * 0.9), max: (at) => Math.ceil(Math.max(at.max, data.upper) * 1.05) }),
    series: [
      {
        type: "line",
        lineStyle: { width: 2 * look.px },
        data: data.values.map((value) => ({
          value,
          symbol: beyond(value) ? "triangle" : "circle",
          symbolSize: (beyond(value) ? 14 : 7) * look.px,
          itemStyle: beyond(value) ? { color: look.red } : undefined,
        })),
        markLine: { silent: true, symbol: "none", data: [line(data.words.upper, data.upper, "dashed"), line(data.words.mean, data.mean, "solid"), line(data.words.lower, data.lower, "dashed")] },
      },
    ],
  };
}

/** {unit, groups: [{name, values: [least, lower quartile, median, upper quartile, most], outliers: [number]}], promise}. */
export function box(data, look) {
  const outliers = data.groups.flatMap((group, index) => (group.outliers || []).map((value) => [value, index]));
  return {
    tooltip: {
      trigger: "item",
      formatter: (at) => {
        if (at.seriesType === "scatter") return `${data.groups[at.value[1]].name}：${at.value[0]} ${data.unit}`;
        const [least, lower, median, upper, most] = data.groups[at.dataIndex].values;
        return `${at.name}（${data.unit}）\n${data.words.median} ${median}（${lower}–${upper}）\n${data.words.range} ${least}–${most}`;
      },
    },
    grid: grid(look, { top: look.size * 1.9, right: look.size * 2 }),
    yAxis: nameAxis(look, data.groups.map((group) => group.name), { inverse: true }),
    xAxis: valueAxis(look, { name: data.unit, nameLocation: "end", nameGap: 4 }),
    series: [
      {
        type: "boxplot",
        data: data.groups.map((group) => group.values),
        itemStyle: { color: look.low, borderColor: look.series[0], borderWidth: 1.5 },
        markLine:
          data.promise === undefined
            ? undefined
            : { silent: true, symbol: "none", lineStyle: { color: look.red, type: "dashed" }, label: { formatter: `${data.words.due} ${data.promise}`, position: "start", color: look.ink, fontSize: look.size }, data: [{ xAxis: data.promise }] },
      },
      { type: "scatter", data: outliers, symbol: "diamond", symbolSize: 8 * look.px, itemStyle: { color: look.red } },
    ],
  };
}

/** {from, to (dates), unit, days: [[date, number]]}: weeks as columns, Monday first. */
export function calendar(data, look, width, height) {
  const most = Math.max(1, ...data.days.map((day) => day[1]));
  const weeks = Math.ceil((Date.parse(data.to) - Date.parse(data.from)) / WEEK) + 1;
  const cell = Math.max(4, Math.min(look.size * 2.4, (width - look.size * 2.5) / weeks));
  return {
    tooltip: { trigger: "item", formatter: (at) => `${at.value[0]}：${at.value[1]} ${data.unit || data.words.cases}` },
    visualMap: {
      min: 0,
      max: most,
      orient: "horizontal",
      left: 0,
      bottom: 0,
      itemWidth: look.size,
      itemHeight: look.size * 8,
      text: [String(most), "0"],
      textStyle: { color: look.ink, fontSize: look.size },
      inRange: { color: [look.low, look.high] },
    },
    calendar: {
      range: [data.from, data.to],
      left: look.size * 2,
      top: look.size * 2.2,
      cellSize: [cell, Math.max(look.size, (height - look.size * 5.6) / 7)],
      itemStyle: { color: look.surface, borderColor: look.line, borderWidth: 1 },
      splitLine: { lineStyle: { color: look.edge } },
      yearLabel: { show: false },
      monthLabel: { nameMap: data.words.months, color: look.ink, fontSize: look.size },
      dayLabel: { firstDay: 1, nameMap: data.words.weekdays, color: look.quiet, fontSize: look.size },
    },
    series: [{ type: "heatmap", coordinateSystem: "calendar", data: data.days, itemStyle: { borderColor: look.surface, borderWidth: 1 } }],
  };
}

/** {from, to, today, states: [text], rows: [{name, due, spans: [{state, from, to}]}]}: dates as YYYY-MM-DD; due is the promised day. */
export function gantt(data, look) {
  const at = (date) => Date.parse(`${date}T00:00:00Z`);
  const day = (time) => new Date(time).toISOString().slice(5, 10).replace("-", "/");
  const rows = data.rows.flatMap((row, index) => row.spans.map((span) => ({ value: [index, at(span.from), at(span.to), data.states.indexOf(span.state)], due: row.due })));
  const draw = (state) => (parameters, api) => {
    const [from, to] = [api.coord([api.value(1), api.value(0)]), api.coord([api.value(2), api.value(0)])];
    const height = api.size([0, 1])[1] * 0.56;
    const wide = Math.max(2, to[0] - from[0]);
    const colour = look.series[state % look.series.length];
    return {
      type: "rect",
      shape: { x: from[0], y: from[1] - height / 2, width: wide, height, r: 2 },
      style: { fill: colour, decal: api.style().decal },
      textContent: wide > look.size * 2.4 ? { style: { text: data.states[state], fill: onColour(colour), font: `${look.size - 1}px ${look.font}` } } : undefined,
      textConfig: { position: "inside" },
    };
  };
  return {
    legend: legend(look, { data: data.states }),
    tooltip: { trigger: "item", formatter: (one) => (one.value.length > 2 ? `${data.rows[one.value[0]].name}\n${data.states[one.value[3]]}：${day(one.value[1])}—${day(one.value[2])}` : `${data.words.due} ${day(one.value[0])}`) },
    grid: grid(look, { top: look.size * 3.8 }),
    xAxis: {
      type: "value",
      min: at(data.from),
      max: at(data.to),
      interval: WEEK * Math.ceil((at(data.to) - at(data.from)) / WEEK / 9),
      axisLabel: { color: look.quiet, fontSize: look.size, formatter: day, hideOverlap: true },
      axisLine: { lineStyle: { color: look.edge } },
      splitLine: { show: true, lineStyle: { color: look.line } },
    },
    yAxis: nameAxis(look, data.rows.map((row) => row.name), { inverse: true, axisLabel: { color: look.ink, fontSize: look.size, width: look.size * 8, overflow: "break", interval: 0 } }),
    series: [
      ...data.states.map((name, state) => ({ name, type: "custom", renderItem: draw(state), encode: { x: [1, 2], y: 0 }, data: rows.filter((row) => row.value[3] === state), clip: true })),
      {
        name: data.words.due,
        type: "scatter",
        symbol: "diamond",
        symbolSize: look.size,
        itemStyle: { color: look.red, borderColor: look.surface, borderWidth: 1 },
        data: data.rows.map((row, index) => [row.due && at(row.due), index]).filter((point) => point[0]),
        markLine: data.today ? { silent: true, symbol: "none", lineStyle: { color: look.ink }, label: { formatter: data.words.today, position: "start", color: look.ink, fontSize: look.size }, data: [{ xAxis: at(data.today) }] } : undefined,
      },
    ],
  };
}

/** {points: [number], unit}: the last course of a figure, without axes. */
export function spark(data, look) {
  const last = data.points.length - 1;
  return {
    tooltip: { show: false },
    grid: { left: 2, right: 8, top: 4, bottom: 4 },
    xAxis: { type: "category", show: false, boundaryGap: false, data: data.points.map((_, index) => index) },
    yAxis: { type: "value", show: false, min: "dataMin" },
    series: [{ type: "line", symbol: "circle", symbolSize: 6 * look.px, showSymbol: true, data: data.points.map((value, index) => ({ value, symbolSize: index === last ? 7 * look.px : 0 })), lineStyle: { width: 2 * look.px }, areaStyle: { opacity: 0.12 } }],
  };
}
