"""The funnel: how many deals pass each stage, and what closing the widest leak is worth."""
