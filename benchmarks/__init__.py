"""Measures the product against the usual open recipes: speed, words, overhead and memory.

``python -m benchmarks`` makes ``docs/benchmarks.md`` anew. Nothing in the product imports this
package.
"""
