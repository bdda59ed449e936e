"""The printed sheet of zones: A4 landscape, system fonts, nothing from elsewhere."""

from __future__ import annotations

from string import Template

from layers.grading.grade import grade_legend

_TONE = {row.value or 0: row.colour for row in grade_legend().classes}
STYLE = f"""
@page {{ size: A4 landscape; margin: 12mm }}
body {{ font: 10pt/1.35 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 12mm }}
body {{ color: #15202B }}
@media print {{ body {{ margin: 0 }} }}
h1 {{ font-size: 14pt; margin: 0 0 4pt }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }}
th, td {{ border-bottom: 0.5pt solid #B8C2CB; padding: 2pt 4pt; text-align: left; vertical-align: top }}
th {{ border-bottom: 1pt solid #15202B; white-space: nowrap }}
thead {{ display: table-header-group }}
tr {{ break-inside: avoid }}
.n {{ text-align: right }}
.g {{ padding: 0 5pt; white-space: nowrap; color: #15202B; border-left: 12pt solid; print-color-adjust: exact }}
.g0 {{ border-color: {_TONE[0]}; border-left-style: dotted }}
.g1 {{ border-color: {_TONE[1]}; border-left-style: solid; font-weight: 700 }}
.g2 {{ border-color: {_TONE[2]}; border-left-style: double }}
.g3 {{ border-color: {_TONE[3]}; border-left-style: dashed }}
.g4 {{ border-color: {_TONE[4]}; border-left-style: solid }}
footer p {{ margin: 2pt 0; font-size: 8pt; color: #52616F }}
"""
PAGE = Template("""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>$title</title><style>$style</style></head><body>
<h1>$title</h1><p>$legend</p>
<table><thead><tr>$head</tr></thead><tbody>$body</tbody><tfoot><tr>$sums</tr></tfoot></table>
<footer>$foot</footer></body></html>
""")
