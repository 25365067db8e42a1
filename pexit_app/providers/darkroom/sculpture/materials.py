"""What the busts are made of. Colours are sRGB hex, as seen in even light."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Material:
    """`base` with `cavity` colour in the hollows and `edge` colour where handling wears it.

    `gloss` 0-1 is how sharply the renderer's lights are mirrored; `patchy` 0-1 how much of it is lost in hollows and
    worn spots. `grain` is the share of broad and of fine mottling, `contour` darkens the turning edge so that pale
    materials keep an outline in line styles, `bleed` is light that scatters warm through thin material.
    """

    base: str
    cavity: str
    edge: str
    gloss: float
    patchy: float = 0.3
    grain: tuple[float, float] = (0.06, 0.05)
    cavity_share: float = 0.55
    edge_share: float = 0.5
    sheen: float = 0.10
    contour: float = 0.15
    bleed: float = 0.0
    patina: bool = False


PLASTER = Material("#d3cabd", "#836b55", "#ece5da", 0.06, cavity_share=0.80, contour=0.42, bleed=0.10)
LINEN = Material("#bda98c", "#6f583d", "#e2d6c2", 0.02, grain=(0.07, 0.06), cavity_share=0.85, contour=0.45)
TERRACOTTA = Material("#a6684e", "#5c2a1c", "#d0906c", 0.06, grain=(0.15, 0.14), cavity_share=0.75, edge_share=0.75,
                      sheen=0.12, contour=0.20, bleed=0.08)
SLIP = Material("#c3a983", "#7c5c37", "#ecdcc0", 0.05, grain=(0.10, 0.09), cavity_share=0.85, edge_share=0.6,
                contour=0.40)
UMBER = Material("#5e2f22", "#2c140e", "#94533b", 0.12, grain=(0.14, 0.12), cavity_share=0.6, edge_share=0.8,
                 sheen=0.14)
EBONY = Material("#654738", "#26170f", "#8a6750", 0.58, grain=(0.10, 0.05), cavity_share=0.5, edge_share=0.45,
                 sheen=0.18)
JET = Material("#2e2622", "#100c0a", "#5d4f45", 0.22, grain=(0.10, 0.10), cavity_share=0.5, edge_share=0.9, sheen=0.2)
SAFFRON = Material("#bd7a2d", "#643610", "#dba65e", 0.02, grain=(0.07, 0.06), cavity_share=0.75, sheen=0.16)
BRASS = Material("#cfa24c", "#5f4317", "#f2d48c", 0.92, patchy=0.2, grain=(0.08, 0.05), cavity_share=0.7,
                 edge_share=0.6)
PORCELAIN = Material("#dfb9a9", "#b0685a", "#efd2c6", 0.82, patchy=0.15, grain=(0.03, 0.015), edge_share=0.35,
                     sheen=0.12, contour=0.28, bleed=0.12)
ROSE = Material("#662f39", "#2c1218", "#98575f", 0.70, grain=(0.05, 0.03), cavity_share=0.6, sheen=0.14)
CELADON = Material("#8fb09a", "#3f6656", "#cfe0d0", 0.16, grain=(0.06, 0.03), cavity_share=0.85, edge_share=0.6,
                   sheen=0.14, contour=0.42)
PEARL = Material("#f0e7db", "#b9a797", "#ffffff", 0.88, patchy=0.1, grain=(0.02, 0.01), cavity_share=0.3,
                 edge_share=0.3, sheen=0.2, contour=0.2)
BRONZE = Material("#736d4e", "#6fa08e", "#b08e56", 0.82, patchy=0.45, grain=(0.30, 0.16), cavity_share=0.60,
                  edge_share=0.75, sheen=0.14, patina=True)
BRONZE_DARK = Material("#4f4d3d", "#5f9080", "#9a7a4e", 0.62, patchy=0.5, grain=(0.28, 0.14), cavity_share=0.65,
                       edge_share=0.9, sheen=0.12, patina=True)
NAVY = Material("#2f4163", "#141d30", "#6077a0", 0.62, grain=(0.06, 0.03), cavity_share=0.6, edge_share=0.6,
                sheen=0.16)
INDIGO = Material("#35476a", "#141d30", "#62779c", 0.12, grain=(0.09, 0.08), cavity_share=0.75, edge_share=0.6,
                  sheen=0.18)
BISQUE = Material("#cb9e7a", "#7d4d32", "#e5c5a6", 0.24, cavity_share=0.70, contour=0.28, bleed=0.10)
