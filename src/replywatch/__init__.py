"""How long does somebody who writes to our info@ address wait for a personal answer?"""
