import { useTranslation } from "react-i18next";
import {
  Area,
  AreaChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";

import type { Point } from "@/dashboard/trend";
import { day, local } from "@/format/time";

const HEIGHT_PX = 96;
const WARN_PERCENT = 80;

interface TrendChartProps {
  points: readonly Point[];
  label: string;
}

/** How full a pool was; the line is where it becomes a warning. In a chunk of its own. */
export default function TrendChart({ points, label }: TrendChartProps) {
  const { t } = useTranslation();
  const percent = (value: unknown) => `${Number(value).toFixed(1)} %`;
  return (
    <div role="img" aria-label={label}>
      <ResponsiveContainer width="100%" height={HEIGHT_PX}>
        <AreaChart
          data={[...points]}
          accessibilityLayer={false}
          margin={{ left: 0, right: 8, top: 4 }}
        >
          <XAxis
            dataKey="at"
            type="number"
            domain={["dataMin", "dataMax"]}
            tickFormatter={(at: number) => day(new Date(at))}
            tick={{ fill: "var(--muted)", fontSize: 11 }}
            stroke="var(--line)"
            minTickGap={48}
          />
          <YAxis hide domain={[0, 100]} />
          <ReferenceLine y={WARN_PERCENT} stroke="var(--warn)" strokeDasharray="4 4" />
          <Tooltip
            labelFormatter={(at) => local(new Date(Number(at)))}
            formatter={(value) => [percent(value), t("dashboard.full")]}
            contentStyle={{ background: "var(--raised)", border: "1px solid var(--line)" }}
          />
          <Area
            dataKey="percent"
            isAnimationActive={false}
            stroke="var(--accent)"
            fill="var(--accent-soft)"
          />
        </AreaChart>
      </ResponsiveContainer>
    </div>
  );
}
