"""Every limit of the gate in one place, each with its reason. Measured over poses, lights, skins and sizes (see the tests
and docs/decisions/0004-the-gate.md), never set to suit one picture."""

# --- faces ---------------------------------------------------------------------------------------------------------
# The detector proposes, the mesh decides: 0.97 and more for faces, under 0.3 for foliage and cloth.
FACE_CONFIDENCE_MIN = 0.6
# Work is bounded whatever a wallpaper of faces may hold; the surest candidates come first.
CANDIDATES_MAX = 10
# Tiles of this share of the shorter side are searched when no larger face was seen: faces from about 1/20 of it up, which
# is too small already; smaller tiles would only cost time.
FAR_TILE = 0.38
# A face smaller than this part of the main one stands at least one and a half arm's lengths behind it: a passer-by, who
# neither is meant nor ends up in the cut-out. A friend leaning in is 0.65 and more.
BYSTANDER_RATIO_MAX = 0.4
# Outer corner to outer corner. A half-length frame of 1024 px shows about 110: enlarging by more than a half shows.
FACE_PX_MIN = 72.0

# --- sharpness (0-100, 100 a face in perfect focus) ---------------------------------------------------------------------
# At 30 an edge is smeared over a fortieth of the distance between the eyes: lashes and lips melt in every frame.
SHARPNESS_MIN = 30.0

# --- light (sRGB codes 0-255, on the face's oval) ----------------------------------------------------------------------
# Brightest twentieth of the face. Below this there are too few codes left to tell features apart, whatever the skin: the
# darkest skin (L* 27) under two stops too little light still reaches 44.
FACE_BRIGHT_MIN = 40.0
# A dim face counts as too dark only in a dim picture: dark skin in good light stands before something brighter.
DIM_FACE_MAX, DIM_PICTURE_MAX = 75.0, 100.0
# Luma above this has lost its colour, and a face that is white for a third of its area has no shape left to light. The
# palest skin (L* 82) in even light has a sixteenth.
WHITE_LUMA, WHITE_SHARE_MAX = 246.0, 0.33

# --- pose (degrees as the mesh reads them, which is about two thirds of a large turn) ------------------------------------
# Beyond these the far eye goes behind the nose, or the eyes behind the brow: the mesh guesses what it does not see.
YAW_MAX, PITCH_MAX = 42.0, 32.0
# From here a photo shows a side that a frontal one does not.
YAW_TURNED, PITCH_TURNED = 11.0, 11.0
