# %% [markdown]
# # Cái nhìn đầu tiên · A first look
#
# Sổ tay này mở mạng lưới, xem ai đang ở trong đó, hỏi tìm đối tác và vẽ câu trả lời.
# Không đặt `KETNOI_STORE` thì dữ liệu mẫu của Hà Nội được nạp vào một kho tạm.
#
# This notebook opens the network, looks at who is in it, asks for partners and draws the answer.
# Without `KETNOI_STORE` the Hanoi demo is loaded into a temporary store.

# %%
import os
import tempfile
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
import networkx as nx
import pandas as pd

from graph.kinds import load_kinds
from graph.networks import to_frames
from graph.paths import neighbourhood, shortest_paths
from graph.snapshot import GraphSnapshot
from ingest.load import load_folder
from matching.questions import Answer, Options
from matching.reasons.explanation import render
from matching.recommend import Recommender
from service.pages.colours import ink_on
from service.settings import Settings

LANGUAGE = "vi"  # "en" for English
kinds = load_kinds()
pd.set_option("display.max_colwidth", 120)

# %% [markdown]
# ## Mở kho · Open the store
#
# Mọi phép tính chạy trên một *ảnh chụp* chỉ đọc của kho. Hai ảnh chụp có cùng `digest` là cùng một mạng lưới.
#
# Everything is computed on a read-only *snapshot* of the store. Two snapshots with the same `digest` hold the same
# network.

# %%
if "KETNOI_STORE" in os.environ:
    with Settings().open_store() as store:
        snapshot = GraphSnapshot.from_store(store)
else:
    demo = next(path for path in (Path("data/hanoi"), Path("../data/hanoi")) if path.is_dir())
    with tempfile.TemporaryDirectory() as folder, Settings().open_store(Path(folder) / "network.db") as store:
        load_folder(store, demo)
        snapshot = GraphSnapshot.from_store(store)

print(f"{snapshot.n_actors} actors, {snapshot.n_projects} projects, {snapshot.n_relationships} relationships")
print(f"as of {snapshot.as_of:%d/%m/%Y %H:%M} UTC, digest {snapshot.digest}")

# %% [markdown]
# ## Ai ở trong mạng lưới? · Who is in the network?

# %%
frames = to_frames(snapshot)
actors = frames["actors"].set_index("id")
of_kind = actors["kind"].value_counts().reindex(list(kinds.actor), fill_value=0)

figure, axes = plt.subplots(figsize=(8, 3))
axes.barh(
    [kind.label[LANGUAGE] for kind in kinds.actor.values()],
    of_kind,
    color=[kind.colour for kind in kinds.actor.values()],
)
axes.invert_yaxis()
axes.set_xlabel("thành viên · actors")
figure.tight_layout()

# %% [markdown]
# Các lĩnh vực được nhắc đến nhiều nhất, và các mối quan hệ theo loại.
#
# The most frequent fields, and the number of relationships of each kind.

# %%
fields = actors["fields"].explode().dropna().value_counts().head(10)
fields.index = [kinds.field_label(field, LANGUAGE) for field in fields.index]
fields.to_frame("n_actors")

# %%
frames["relationships"].groupby("kind").size().sort_values(ascending=False).to_frame("n_relationships")

# %% [markdown]
# ## Ai nối mọi người lại? · Who connects the others?
#
# Hai thành viên gắn với nhau khi có quan hệ trực tiếp hoặc cùng một dự án. Trung tâm trung gian (betweenness) cho biết
# ai nằm trên nhiều con đường ngắn nhất giữa những người khác.
#
# Two actors are linked by a relationship or by a shared project. Betweenness centrality is high for an actor that lies
# on many of the shortest paths between other actors.

# %%
shared = snapshot.memberships @ snapshot.membership
network = nx.from_scipy_sparse_array(((snapshot.ties + shared) > 0).astype(int))
network.remove_edges_from(list(nx.selfloop_edges(network)))
components = sorted((len(part) for part in nx.connected_components(network)), reverse=True)
print(f"{len(components)} phần rời nhau · parts, lớn nhất · the largest: {components[:3]}")

betweenness = pd.Series(nx.betweenness_centrality(network))
betweenness.index = snapshot.actor_ids
brokers = betweenness.nlargest(10).to_frame("betweenness").join(actors[["name", "kind"]])
brokers

# %% [markdown]
# ## Từ người này đến người kia · From one actor to another
#
# Con đường ngắn nhất giữa hai thành viên, ưu tiên những mối gắn kết mạnh. Ở đây: giữa hai đầu mối lớn nhất.
#
# The shortest path between two actors; of several short paths, the one with the strongest links. Here: between two of
# the brokers above.

# %%
start, end = (snapshot.index_of(actor_id) for actor_id in brokers.index[[0, -1]])
for path in shortest_paths(snapshot, start, end, limit=3).paths:
    print(" → ".join(snapshot.actor(row).name for row in path.actors))

# %% [markdown]
# ## Hỏi tìm đối tác · Ask for partners
#
# Một nhu cầu bằng lời, tiếng Việt hay tiếng Anh. Mỗi gợi ý có lý do; phần đóng góp của các lý do cộng lại đúng bằng
# điểm.
#
# Ask with a brief: a need in words, Vietnamese or English. Every suggestion has reasons, and the contributions of the
# reasons add up to its score.

# %%
recommender = Recommender.build(snapshot)


def as_table(answer: Answer) -> pd.DataFrame:
    """The suggestions, each with its two largest reasons in words."""
    return pd.DataFrame(
        {
            "name": actors.loc[suggestion.actor_id, "name"],
            "kind": kinds.actor[actors.loc[suggestion.actor_id, "kind"]].short_label[LANGUAGE],
            "score": round(suggestion.score, 3),
            "reasons": "; ".join(render(reason, LANGUAGE) for reason in suggestion.reasons[:2]),
        }
        for suggestion in answer.suggestions
    )


brief = "Chúng tôi làm cảm biến đo bụi mịn, cần nơi đặt trạm thử nghiệm và một trường cùng nghiên cứu."
answer = recommender.for_brief(brief, Options(limit=8))
print("Hiểu là · understood:", [kinds.field_label(field, LANGUAGE) for field in answer.understanding.fields])
as_table(answer)

# %%
as_table(recommender.for_brief("A university lab for semiconductor design", Options(kinds=("school",), limit=5)))

# %% [markdown]
# Cũng có thể hỏi cho một thành viên: ở đây là startup đầu tiên trong danh sách.
#
# Or ask for a member of the network: here, the first startup of the list.

# %%
startup_id = actors.index[actors["kind"] == "startup"][0]
partners = recommender.for_actor(startup_id, Options(limit=8))
print(actors.loc[startup_id, "name"])
as_table(partners)

# %% [markdown]
# ## Vì sao? · Why?
#
# Các lý do của gợi ý đầu tiên, dài theo phần đóng góp vào điểm.
#
# The reasons for the first suggestion; the length of a bar is the contribution to the score.

# %%
best = answer.suggestions[0]
reasons = best.reasons[::-1]
print(f"{sum(reason.contribution for reason in reasons):.6f} = {best.score:.6f}")

figure, axes = plt.subplots(figsize=(9, 0.7 * len(reasons) + 1))
axes.barh(
    [textwrap.fill(render(reason, LANGUAGE), 60) for reason in reasons],
    [reason.contribution for reason in reasons],
    color=["#0072B2" if reason.contribution > 0 else "#D55E00" for reason in reasons],
)
axes.set_title(actors.loc[best.actor_id, "name"])
axes.set_xlabel("đóng góp vào điểm · contribution to the score")
figure.tight_layout()

# %% [markdown]
# ## Xung quanh · The surroundings
#
# Gợi ý đó cùng những thành viên gắn với nó. Màu và chữ cái cho biết loại thành viên.
#
# The first suggestion with the actors linked to it. Colour and letter say the kind of actor.

# %%
around = neighbourhood(snapshot, snapshot.index_of(best.actor_id), depth=2, limit=25)
picture = nx.Graph((link.source, link.target) for link in around.links)
picture.add_nodes_from(node.index for node in around.nodes)
spots = nx.spring_layout(picture, seed=7)

figure, axes = plt.subplots(figsize=(9, 7))
nx.draw_networkx_edges(picture, spots, ax=axes, alpha=0.3)
for row, (x, y) in spots.items():
    actor = snapshot.actor(row)
    kind = kinds.actor[actor.kind]
    axes.scatter(x, y, s=260, color=kind.colour, zorder=2)
    axes.text(x, y, kind.letter, color=ink_on(kind.colour), ha="center", va="center", weight="bold", zorder=3)
    label = actor.name if len(actor.name) <= 28 else actor.short_name or actor.name[:27] + "…"
    axes.annotate(label, (x, y), xytext=(0, -16), textcoords="offset points", ha="center", fontsize=8)
axes.set_axis_off()
axes.margins(0.12)
figure.tight_layout()
