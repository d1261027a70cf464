"""Does a deal's own record tell more about its chance than the stage it is in?"""
