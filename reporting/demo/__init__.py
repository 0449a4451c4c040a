"""The demo project: a payments product with its cases, releases and eight weeks of results. All words are our own."""
