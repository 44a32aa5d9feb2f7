"""Is everything set up right?"""
