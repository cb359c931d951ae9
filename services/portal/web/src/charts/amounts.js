/** Pictures of amounts: funnel, ranking, pareto, columns, radar, sankey, tiles. */

import { between, grid, legend, nameAxis, onColour, valueAxis } from "./look.js";

const percent = (part, whole) => (whole ? `${Math.round((part / whole) * 100)}%` : "—");

/** {stages: [{name, value}]}: each beside its share of the first. */
export function funnel(data, look, width) {
  const first = data.stages[0].value;
  const names = data.stages.map((stage) => stage.name);
  return {
    tooltip: { trigger: "item", formatter: (at) => `${at.name}：${at.value}（${percent(at.value, first)}）` },
    grid: grid(look, { top: 2, right: look.size * (width < 500 ? 7 : 9) }),
    xAxis: { type: "value", show: false, max: first },
    yAxis: nameAxis(look, names, { inverse: true, axisLine: { show: false } }),
    series: [
      {
        type: "bar",
        barWidth: "64%",
        data: data.stages.map((stage, index) => ({ value: stage.value, itemStyle: { color: between(look.series[0], look.series[5], index / (names.length * 1.6)) } })),
        label: {
          show: true,
          position: "right",
          color: look.ink,
          fontSize: look.size,
          formatter: (at) => `${at.value}  ${percent(at.value, first)}`,
        },
      },
    ],
  };
}

/** {unit, rows: [{name, value, change}]}: in the order given; change in places, null where there was none before. */
export function ranking(data, look) {
  const told = (row) => `${row.value}${data.unit || ""}${row.change ? `  ${row.change > 0 ? "▲" : "▼"}${Math.abs(row.change)}` : ""}`;
  return {
    tooltip: { trigger: "item", formatter: (at) => `${at.name}：${told(data.rows[at.dataIndex])}` },
    grid: grid(look, { top: 2, right: look.size * 6 }),
    xAxis: { type: "value", show: false },
    yAxis: nameAxis(look, data.rows.map((row) => row.name), { inverse: true, axisLine: { show: false }, axisLabel: { color: look.ink, fontSize: look.size, interval: 0 } }),
    series: [
      {
        type: "bar",
        barWidth: "58%",
        data: data.rows.map((row) => row.value),
        label: { show: true, position: "right", color: look.ink, fontSize: look.size, formatter: (at) => told(data.rows[at.dataIndex]) },
      },
    ],
  };
}

/** {unit, rows: [{name, value}]}: sorted here, with the share of all so far. */
export function pareto(data, look, width) {
  const rows = [...data.rows].sort((one, other) => other.value - one.value);
  const all = rows.reduce((sum, row) => sum + row.value, 0);
  let sum = 0;
  const shares = rows.map((row) => Math.round(((sum += row.value) / all) * 1000) / 10);
  const room = (width - look.size * 8) / rows.length;
  const label = look.size * (room > look.size * 4.3 ? 4.2 : room > look.size * 2.3 ? 2.2 : 1.2); // words break after two letters or one
  return {
    legend: legend(look, { data: [data.unit || data.words.cases, data.words.share] }),
    tooltip: { trigger: "axis" },
    grid: grid(look),
    xAxis: nameAxis(look, rows.map((row) => row.name), { axisLabel: { color: look.ink, fontSize: look.size, interval: 0, width: label, overflow: "break" } }),
    yAxis: [valueAxis(look), valueAxis(look, { max: 100, splitLine: { show: false }, axisLabel: { color: look.quiet, fontSize: look.size, formatter: "{value}%" } })],
    series: [
      { name: data.unit || data.words.cases, type: "bar", barWidth: "60%", data: rows.map((row) => row.value) },
      {
        name: data.words.share,
        type: "line",
        yAxisIndex: 1,
        data: shares,
        symbolSize: 7 * look.px,
        lineStyle: { width: 2 * look.px },
        markLine: { silent: true, symbol: "none", lineStyle: { color: look.edge, type: "dashed" }, label: { show: false }, data: [{ yAxis: 80 }] },
      },
    ],
  };
}

/** {categories: [text], series: [{name, values}], unit, stacked}. */
export function columns(data, look) {
  return {
    legend: data.series.length > 1 ? legend(look) : undefined,
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
    grid: grid(look, { top: look.size * (data.series.length > 1 ? 4.2 : 2.4) }),
    xAxis: nameAxis(look, data.categories),
    yAxis: valueAxis(look, { name: data.unit, minInterval: data.series.every((one) => one.values.every((value) => Number.isInteger(value))) ? 1 : 0 }),
    series: data.series.map((one) => ({ name: one.name, type: "bar", barMaxWidth: look.size * 3, stack: data.stacked ? "all" : undefined, data: one.values })),
  };
}

/** {items: [{name, max}], series: [{name, values}]}: the first series is the one that is looked at. */
export function radar(data, look, width, height) {
  return {
    legend: legend(look),
    tooltip: { trigger: "item" },
    radar: {
      indicator: data.items,
      center: ["50%", "56%"],
      radius: Math.max(30, Math.min(width / 2 - look.size * 5, height * 0.4 - look.size * 1.6)),
      axisName: { color: look.ink, fontSize: look.size },
      splitArea: { show: false },
      splitLine: { lineStyle: { color: look.line } },
      axisLine: { lineStyle: { color: look.line } },
    },
    series: [
      {
        type: "radar",
        data: data.series.map((one, index) => ({
          name: one.name,
          value: one.values,
          symbolSize: 6 * look.px,
          lineStyle: { width: (index ? 1.5 : 2.5) * look.px, type: index ? "dashed" : "solid" },
          areaStyle: index ? undefined : { opacity: 0.16 },
        })),
      },
    ],
  };
}

/** {nodes: [{name}], links: [{source, target, value}]}: from left to right. */
export function sankey(data, look, width) {
  return {
    tooltip: { trigger: "item", formatter: (at) => (at.dataType === "edge" ? `${at.data.source} → ${at.data.target}：${at.value}` : `${at.name}：${at.value}`) },
    series: [
      {
        type: "sankey",
        left: 2,
        right: look.size * (width < 500 ? 5 : 7.5),
        top: 8,
        bottom: 8,
        nodeWidth: look.size * 0.8,
        nodeGap: look.size * 0.7,
        draggable: false,
        emphasis: { focus: "adjacency" },
        data: data.nodes.map((node, index) => ({ ...node, itemStyle: { color: look.series[index % look.series.length] } })),
        links: data.links,
        label: { color: look.ink, fontSize: look.size, width: look.size * (width < 500 ? 4.5 : 8), overflow: "truncate" },
        lineStyle: { color: "source", opacity: 0.28, curveness: 0.5 },
      },
    ],
  };
}

/** {towns: [{name, col, row, done, overdue}], late_over}: a tile each; colour is the done rate, a red frame overdue above late_over (%). */
export function tiles(data, look, width, height) {
  const cols = Math.max(...data.towns.map((town) => town.col)) + 1;
  const rows = Math.max(...data.towns.map((town) => town.row)) + 1;
  const side = Math.min(((width - 4) / cols) * 1.3, (height - 4) / rows);
  const wide = Math.min((width - 4) / cols, side * 2);
  const [left, top] = [(width - wide * cols) / 2, (height - side * rows) / 2];
  const done = data.towns.map((town) => town.done);
  const [least, most] = [Math.min(...done), Math.max(...done)];
  const text = Math.min(look.size, wide / 6, side / 4.8);
  return {
    tooltip: { trigger: "item", formatter: (at) => { const town = data.towns[at.dataIndex]; return `${town.name}\n${data.words.done} ${town.done}%\n${data.words.overdue} ${town.overdue}%`; } },
    xAxis: { show: false, type: "value", min: 0, max: cols },
    yAxis: { show: false, type: "value", min: 0, max: rows },
    grid: { left: 0, right: 0, top: 0, bottom: 0 },
    series: [
      {
        type: "custom",
        data: data.towns.map((town) => [town.col, town.row, town.done]),
        renderItem: (parameters) => {
          const town = data.towns[parameters.dataIndex];
          const fill = between(look.low, look.high, most > least ? (town.done - least) / (most - least) : 0.5);
          const late = town.overdue > data.late_over;
          const [x, y] = [left + town.col * wide, top + town.row * side];
          const line = (content, at, weight) => ({
            type: "text",
            style: { text: content, x: x + wide / 2, y: y + side * at, fill: onColour(fill), font: `${weight} ${text}px ${look.font}`, align: "center", verticalAlign: "middle" },
          });
          return {
            type: "group",
            children: [
              { type: "rect", shape: { x: x + 3, y: y + 3, width: wide - 6, height: side - 6, r: 4 }, style: { fill, stroke: late ? look.red : look.edge, lineWidth: late ? 4 : 1 } },
              line(town.name, 0.26, 600),
              line(`${data.words.done} ${town.done}%`, 0.52, 400),
              line(`${late ? "▲" : ""}${data.words.overdue} ${town.overdue}%`, 0.76, late ? 600 : 400),
            ],
          };
        },
      },
    ],
  };
}
