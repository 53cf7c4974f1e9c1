"""The words that people read in Zabbix, in every language. Keys, hosts and tags have none."""

from collections.abc import Mapping

_WORDS: Mapping[str, tuple[str, str]] = {
    # what an edge's items measure
    "measurement": ("measurement", "测量结果"),
    "ping": ("Zabbix ping", "Zabbix ping"),
    "loss": ("loss", "丢包率"),
    "rtt_median": ("RTT median", "RTT 中位数"),
    "rtt_mean": ("RTT mean", "RTT 平均值"),
    "rtt_min": ("RTT min", "RTT 最小值"),
    "rtt_max": ("RTT max", "RTT 最大值"),
    "rtt_p10": ("RTT p10", "RTT p10"),
    "rtt_p25": ("RTT p25", "RTT p25"),
    "rtt_p75": ("RTT p75", "RTT p75"),
    "rtt_p90": ("RTT p90", "RTT p90"),
    "baseline": ("RTT baseline", "RTT 基线"),
    "jitter": ("jitter", "抖动"),
    "sent": ("packets sent", "发送包数"),
    "late": ("packets late", "迟到包数"),
    "duplicate": ("packets duplicate", "重复包数"),
    "mos": ("MOS", "MOS"),
    "unreachable": ("packets unreachable", "不可达包数"),
    "unreachable_why": ("why unreachable", "不可达原因"),
    "unreachable_by": ("who says unreachable", "不可达报告者"),
    "loss_forward": ("loss on the way there", "去程丢包率"),
    "loss_backward": ("loss on the way back", "回程丢包率"),
    "failed": ("requests failed", "失败请求数"),
    "http_status": ("HTTP status", "HTTP 状态码"),
    "phase_resolve": ("time to resolve", "域名解析时间"),
    "phase_connect": ("time to connect", "建立连接时间"),
    "phase_tls": ("time for TLS", "TLS 握手时间"),
    "phase_first_byte": ("time to the first byte", "首字节时间"),
    "phase_total": ("time in total", "总时间"),
    "trace": ("way, hop by hop", "逐跳路径"),
    "trace_says": (
        "Traced by the agent, all packets of one flow. suspect: the first hop from which on all "
        "lose packets; changed: a hop has another address than in the trace before.",
        "由 agent 追踪，所有包属于同一条流。suspect：从该跳起后续各跳都丢包；"
        "changed：某一跳的地址与上次追踪不同。",
    ),
    "way": ("way in words", "路径说明"),
    "way_changed": ("way changed", "路径变化"),
    "evidence": ("traces of ill edges", "异常边的逐跳追踪"),
    "evidence_says": (
        "The latest trace of every edge that is ill, with its time (UTC). An agent traces an edge "
        "at once when it turns ill.",
        "每条异常边最近一次的逐跳追踪及其时间（UTC）。边一旦异常，agent 会立即追踪。",
    ),
    "trace_none": ("not every edge has been traced yet", "尚未追踪所有边"),
    "trace_unsent": ("not sent: {error}", "无法发送：{error}"),
    "trace_silent": ("nobody answers", "无任何应答"),
    "trace_reached": ("there in {hops} hops, {ms} ms", "{hops} 跳到达，{ms} ms"),
    "trace_lossy": (
        "loss from hop {hop} ({address}) on, {percent} % at the end",
        "从第 {hop} 跳（{address}）起丢包，末跳 {percent} %",
    ),
    "trace_refused": (
        "hop {hop} ({address}) turns packets away: {why}",
        "第 {hop} 跳（{address}）拒绝转发：{why}",
    ),
    "trace_beyond": (
        "no answer beyond hop {hop} ({address})",
        "第 {hop} 跳（{address}）之后无应答",
    ),
    "trace_changed": (
        "another way at hop {hop}: {now}, was {was}",
        "第 {hop} 跳已改变：{now}，原为 {was}",
    ),
    "rtt_usual": ("RTT usual", "RTT 常值"),
    "edge_pace": ("state by RTT and jitter", "时延与抖动状态"),
    "edge_state": ("state", "状态"),
    "edge_filtered": ("pings filtered (1: yes)", "ping 被过滤（1：是）"),
    "confirm": ("TCP handshakes beside the pings", "与 ping 并行的 TCP 握手"),
    "confirmed": ("TCP handshakes answered", "有应答的 TCP 握手数"),
    "is_filtered": ("ICMP filtered", "ICMP 被过滤"),
    "filtered_says": (
        "No ping is answered, but TCP port {port} answers: somebody filters ICMP, the way is open. "
        "The edge is unknown, not down, and tells nothing to the verdict.",
        "ping 全无应答，而 TCP 端口 {port} 有应答：ICMP 被过滤，路径是通的。"
        "该边状态未知，并非中断，也不参与判定。",
    ),
    "health_unknown": ("unknown", "未知"),
    "health_good": ("good", "正常"),
    "health_jittery": ("jittery", "抖动"),
    "health_slow": ("slow", "时延偏高"),
    "health_lossy": ("lossy", "丢包"),
    "health_down": ("down", "中断"),
    # triggers of an edge, their events
    "is_down": ("down", "中断"),
    "is_lossy": ("loss", "丢包"),
    "is_slow": ("latency", "时延过高"),
    "is_risen": ("latency above its baseline", "时延高于基线"),
    "is_jittery": ("jitter", "抖动过大"),
    "loss_event": ("loss {value} % over {window}", "丢包率 {value} %（{window} 内）"),
    "slow_event": ("RTT {value} ms over {window}", "RTT {value} ms（{window} 内）"),
    "risen_event": (
        "RTT {value} ms over {window}, usually {usual} ms at this hour",
        "RTT {value} ms（{window} 内），平日此时为 {usual} ms",
    ),
    "jitter_event": ("jitter {value} ms over {window}", "抖动 {value} ms（{window} 内）"),
    "down_says": (
        "Three cycles in a row lost every packet; it clears after two that did not.",
        "连续三个周期全部丢包；连续两个周期有应答后恢复。",
    ),
    "lossy_says": (
        "Packet loss over the window is above the threshold; it clears at half of it.",
        "窗口内的丢包率高于阈值；降到阈值的一半时恢复。",
    ),
    "slow_says": (
        "The mean of the cycles' median RTTs over the window is above the threshold; "
        "it clears at 90 % of it.",
        "窗口内各周期 RTT 中位数的均值高于阈值；降到阈值的 90 % 时恢复。",
    ),
    "risen_says": (
        "Every cycle of the window has a median RTT above the edge's own baseline (the median of "
        "this hour's means of the last three days) by more than the threshold and 5 ms; it clears "
        "at half of the rise. It cannot fire before the fourth day.",
        "窗口内每个周期的 RTT 中位数都高于该边自己的基线（最近三天同一小时均值的中位数），"
        "且超出阈值和 5 ms；升幅减半时恢复。部署后第四天起才会生效。",
    ),
    "jittery_says": (
        "The mean jitter over the window is above the threshold; it clears at 70 % of it.",
        "窗口内的平均抖动高于阈值；降到阈值的 70 % 时恢复。",
    ),
    # thresholds
    "max_loss": ("loss in % that {way} may have", "{way} 允许的丢包率（%）"),
    "max_rtt": ("median RTT in s that {way} may have", "{way} 允许的 RTT 中位数（秒）"),
    "max_jitter": ("jitter in s that {way} may have", "{way} 允许的抖动（秒）"),
    "max_rise": (
        "rise in % of the median RTT over its baseline that {way} may have",
        "{way} 的 RTT 中位数允许高出基线的幅度（%）",
    ),
    "address": ("where Zabbix pings {way}", "Zabbix ping {way} 的地址"),
    # vantages
    "vantage": (
        "multipath vantage {node}: a probe agent measures from here",
        "multipath 探测点 {node}：由探测 agent 从这里测量",
    ),
    "vantage_agentless": (
        "multipath vantage {node}: Zabbix itself pings from here",
        "multipath 探测点 {node}：由 Zabbix 自身从这里 ping",
    ),
    "agent_alive": ("multipath agent: alive", "multipath agent：存活"),
    "agent_version": ("multipath agent: version", "multipath agent：版本"),
    "agent_health": ("multipath agent: health", "multipath agent：自身状态"),
    "agent_waiting": ("values waiting", "待发送数据量"),
    "agent_oldest": ("oldest value waiting", "最早待发送数据的等待时间"),
    "agent_dropped": ("values dropped", "丢弃数据量"),
    "agent_disk": ("why values cannot be stored on disk", "数据无法写入磁盘的原因"),
    "agent_send_errors": ("packets that could not be sent", "无法发出的包数"),
    "agent_overflowed": ("replies lost on the host itself", "在本机丢失的应答数"),
    "agent_clock_step": ("clock set by", "时钟调整量"),
    "clock_stepped": ("clock stepped", "时钟跳变"),
    "clock_stepped_says": (
        "The wall clock of this vantage was set by more than a second within the last quarter of "
        "an hour. The durations that it measures are right; the times of its values were wrong "
        "before, or are now. While they are far from Zabbix's own time, its edges are unknown, "
        "not bad. Look at time synchronisation (NTP) there.",
        "该探测点的系统时钟在最近一刻钟内被调整了 1 秒以上。测得的时延不受影响，"
        "但调整前或调整后的数据时间戳不正确；与 Zabbix 的时间相差较大时，"
        "它测量的边状态未知，并不等于故障。请检查其时间同步（NTP）。",
    ),
    "agent_lag": ("longest scheduling lag", "最大调度延迟"),
    "agent_cpu": ("CPU", "CPU"),
    "agent_memory": ("memory", "内存"),
    "target": (
        "multipath target {node} at {address}: what the paths to it say together",
        "multipath 目标 {node}（{address}）：综合到它的各条路径的结果",
    ),
    "proxy_seen": ("Zabbix proxy {proxy}: last seen", "Zabbix proxy {proxy}：最近一次通信"),
    "agent_alive_says": (
        "1 as long as the probe agent of this vantage reports.",
        "该探测点的探测 agent 正常上报时为 1。",
    ),
    "reporting": ("reporting", "正常上报"),
    "agent_silent": ("agent silent", "agent 失联"),
    "agent_silent_says": (
        "The probe agent of this vantage has not reported. Its edges are unknown, not bad. "
        "Is the agent running there, and does it reach its Zabbix server or proxy?",
        "该探测点的探测 agent 没有上报，它测量的边状态未知，并不等于故障。"
        "请检查 agent 是否在运行，能否连上它的 Zabbix server 或 proxy。",
    ),
    "agent_silent_after": (
        "an agent without a word for this long is silent",
        "agent 超过这段时间没有上报即视为失联",
    ),
    "agent_drops": ("agent drops values", "agent 正在丢弃数据"),
    "agent_drops_says": (
        "Within the last hour the agent dropped measurements that it could not deliver: no room, "
        "or too old. Its settings spool-size and spool-age say how much may wait.",
        "最近一小时内，agent 因空间不足或数据过旧，丢弃了未能送出的测量结果。"
        "可等待的数据量由其设置 spool-size 和 spool-age 决定。",
    ),
    "agent_disk_bad": ("agent cannot store values", "agent 无法写入磁盘"),
    "agent_disk_bad_says": (
        "The agent keeps measurements in memory because its disk does not take them: a restart "
        "would lose what has not been delivered. The item with the reason says why.",
        "磁盘无法写入，agent 只能把测量结果保存在内存中，此时重启会丢失尚未送出的数据。"
        "原因见对应的监控项。",
    ),
    "proxy_away": ("Zabbix proxy {proxy} away", "Zabbix proxy {proxy} 失联"),
    "proxy_away_says": (
        "The Zabbix server has not heard of the Zabbix proxy that monitors this vantage. "
        "Its edges are unknown, not bad; what the proxy keeps arrives when it is back.",
        "Zabbix server 收不到监控该探测点的 Zabbix proxy 的消息，它测量的边状态未知，"
        "并不等于故障；proxy 恢复后会补传缓存的数据。",
    ),
    "proxy_away_after": (
        "a Zabbix proxy not heard of for this long is away",
        "Zabbix proxy 超过这段时间没有通信即视为失联",
    ),
    "mos_excellent": ("excellent", "优"),
    "mos_good": ("good", "良"),
    "mos_fair": ("fair", "中"),
    "mos_poor": ("poor", "差"),
    "mos_bad": ("bad", "很差"),
    "side": ("{node}'s side", "{node} 一侧"),
    "way_to": ("between {source} and {node}", "{source} 与 {node} 之间"),
    "place_says": (
        "The worst that the verdicts of all paths say of this place.",
        "所有路径的判定中，对该处最严重的结论。",
    ),
    "side_ill_says": (
        "Every edge of this place is ill, and what they have in common is its own side. Look at "
        "its uplink and its provider. Of the source: no detour helps. Of a proxy: do not detour "
        "through it.",
        "经过此处的各条边都有异常，共同点是它自己的一侧。请检查其上联链路和运营商。"
        "若是源端，绕行无效；若是代理，请勿经它绕行。",
    ),
    "side_hold": (
        "a place's side is a problem when it has been ill for this long",
        "某处一侧异常持续这段时间后告警",
    ),
    # verdicts
    "verdict": ("verdict", "判定"),
    "verdict_states": ("states of all edges", "各边状态编码"),
    "verdict_json": ("verdict with its evidence", "判定依据"),
    "verdict_told": ("verdict in words", "判定说明"),
    "verdict_fine": ("nothing is ill", "未见异常"),
    "verdict_unknown": ("unknown", "未知"),
    "verdict_several": ("several places at once", "多处同时故障"),
    "verdict_undecided": ("undecided", "无法确定"),
    "verdict_lost": ("{node} is lost", "{node} 失联"),
    "or": ("or", "或"),
    "target_says": (
        "Every vantage sees the target ill, and nothing else is. Look at the target: its host, "
        "its uplink, its provider. No detour helps, as all ways end there.",
        "所有观测点到目标都有异常，其余正常。请检查目标：主机、上联链路、运营商。"
        "所有路线都终止于此，绕行无效。",
    ),
    "direct_says": (
        "Only the direct edge is ill: the stretch between source and target, often a carrier. "
        "A detour through a proxy avoids it.",
        "只有直连边异常：源与目标之间的线路（多为运营商网络）。经代理绕行可以避开。",
    ),
    "middle_says": (
        "Only this edge is ill. Source and target are not affected; do not detour this way.",
        "只有这条边异常，源与目标之间不受影响；请勿经此绕行。",
    ),
    "several_says": (
        "No single place explains all ill edges. Each is named with its kind; look at the worst "
        "first.",
        "没有任何一处能单独解释所有异常的边。各处及其类型见事件名称，请先处理最严重的一处。",
    ),
    "undecided_says": (
        "The edges cannot tell which place it is, mostly as some are unknown. The best fit is "
        "named first. Bring back the silent agents, then look again.",
        "现有各边无法区分是哪一处，多因部分边状态未知。最可能的排在最前。"
        "请先恢复失联的 agent，再看判定。",
    ),
    # routes
    "cost": ("cost", "代价"),
    "cost_says": (
        "What routes compare by: the sum of the medians, 1 ms for forwarding at a proxy, and one "
        "second for each packet lost. Negative: not known.",
        "比较各路线的依据：各段中位数之和，经代理转发另加 1 ms，每丢一个包加一秒。负值表示未知。",
    ),
    "route_advice": ("route advice", "路线建议"),
    "best_route": ("best route", "最优路线"),
    "gain": ("gain", "收益"),
    "route_gain": ("gain of the best route", "最优路线的收益"),
    "way_is_better": ("the way via {proxy} is better", "经 {proxy} 的路线更优"),
    "way_is_better_by": (
        "the way via {proxy} is better by {gain} s",
        "经 {proxy} 的路线更优，快 {gain} 秒",
    ),
    "way_is_better_says": (
        "In four windows in a row the way through this proxy was better than the one advised "
        "before, by 10 ms and by 10 %; the event tells what it saves against the direct one.",
        "连续四个窗口内，经该代理的路线都优于此前建议的路线（至少 10 ms 且 10 %）；"
        "事件名称给出相对直连节省的时间。",
    ),
    # paths
    "path": ("multipath path {name}", "multipath 路径 {name}"),
    "path_says": (
        "multipath path {name}, {source} to {target}: what its edges say together",
        "multipath 路径 {name}，{source} 到 {target}：综合各条边的结果",
    ),
    "slo_says": (
        "How much of the time {target} was reachable: the direct way, and any way, neither down "
        "nor losing more than the threshold.",
        "{target} 的可达时间占比：分别按直连和任一路线统计，中断或丢包超过阈值均计为不可达。",
    ),
    "direct": ("direct", "直连"),
    "via": ("via {proxy}", "经 {proxy}"),
    "any_way": ("any way", "任一路线"),
    "all_edges": ("all edges", "全部边"),
    "routes": ("routes", "路线"),
    "role_direct": ("direct", "直连"),
    "role_proxy_target": ("proxy to target", "代理到目标"),
    "role_source_proxy": ("source to proxy", "源到代理"),
    # dashboards and maps
    "overview": ("overview", "总览"),
    "smoke": ("smoke", "烟雾图"),
    "comparison": ("comparison", "对比"),
    "problems": ("problems", "当前问题"),
    "map": ("map", "拓扑图"),
    "all_medians": ("median RTT of all edges", "各边 RTT 中位数"),
    "all_losses": ("loss of all edges", "各边丢包率"),
    "verdicts": ("verdicts", "历次判定"),
    "all_states": (
        "state of all edges: 1 good, 2 jittery, 3 slow, 4 lossy, 5 down",
        "各边状态：1 正常，2 抖动，3 时延偏高，4 丢包，5 中断",
    ),
    "all_jitters": ("jitter of all edges", "各边抖动"),
    "route_rtt": ("RTT of the routes", "各路线 RTT"),
    "route_loss": ("loss of the routes", "各路线丢包率"),
    "sla": ("reachable, by month", "每月可达率"),
}

LANGUAGES = ("en", "zh")


def words(language: str) -> Mapping[str, str]:
    """Return the words of a language, ``en`` or ``zh``, by their keys."""
    place = LANGUAGES.index(language)
    return {key: said[place] for key, said in _WORDS.items()}
