"""Words of the generated names: nobody may take one of them for a real firm, street or telephone."""

ASSESSOR = "演示生成"
INDUSTRIES = (
    "精细化工",
    "医药化工",
    "涂料油墨",
    "农药",
    "危化品仓储",
    "加油加气站",
    "气体充装",
    "化学试剂经营",
)
INDUSTRY_SHARES = (0.17, 0.08, 0.13, 0.02, 0.10, 0.22, 0.08, 0.20)
MAJOR_INDUSTRIES = (
    "石油化工",
    "基础化工",
    "精细化工",
    "医药化工",
    "液化气储配",
    "危化品仓储",
    "氟化工",
    "冷链液氨",
)


def bureau(county_name: str) -> str:
    """Return the responsible unit of a county."""
    return f"{county_name}应急管理局"
