"""What notices begin with: letters of a county's office are Chinese, in whatever language its pages are read."""

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "work-prompt": (
        "关于做好〔填写事项〕的工作提示",
        "根据“我为群众办实事”工作安排，提示如下：\n一、〔填写事项〕\n二、进展如实填报，不搞材料堆砌。\n三、遇到困难及时报告县委学教办。",
    ),
    "issue-assignment-letter": (
        "关于〔填写问题〕的问题交办函",
        "经核实，你单位存在以下问题：\n〔逐条写明：什么事、什么时候、涉及哪个项目〕\n请认真研究办理，并按期书面回复办理结果。",
    ),
    "rectification-letter": (
        "关于〔填写问题〕限期整改的督办函",
        "经督查，你单位以下承诺事项未按期办结：\n〔逐条写明〕\n请立即整改，在规定期限内完成，并书面回复整改情况。逾期未改的，将予以通报。",
    ),
    "bulletin": ("关于“我为群众办实事”进展情况的通报", "现将〔填写时段〕全县实事办理情况通报如下：\n〔填写情况〕"),
    "special-bulletin": ("关于〔填写事项〕的专项通报", "现将〔填写事项〕的情况专项通报如下：\n〔填写情况〕"),
    "listing": (
        "关于对〔填写事项〕挂牌督办的通知",
        "经研究，决定对〔填写事项〕挂牌督办。请你单位明确责任人，按期整改到位；整改完成经核验后摘牌。",
    ),
}
"""By kind, the title and text a notice begins with; what stands in 〔〕 is to be filled in."""
