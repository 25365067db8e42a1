"""The sculptor's bench: busts as signed distances, traced once into the personas in `../standins/`.

Build time only: this folder alone needs numba, and nothing that runs in the product imports it.
Order of reading: forms (what can be turned) -> solids -> head, hair, body, garments -> figure (one distance) -> trace
-> gbuffer (one pose) -> materials, bake (colour and gloss) -> people -> build.
"""
