Attribute VB_Name = "Salesbook"
Option Explicit

' What the ribbon and the buttons on the sheets call: each press hands one command to Python.

' Ribbon
Sub OnRibbonLoad(ribbon As IRibbonUI): KeepRibbon ribbon: End Sub
Sub OnImport(control As IRibbonControl): Press "import_file": End Sub
Sub OnValidate(control As IRibbonControl): Press "validate": End Sub
Sub OnSplit(control As IRibbonControl): Press "split": End Sub
Sub OnPublish(control As IRibbonControl): Press "publish": End Sub
Sub OnScore(control As IRibbonControl): Press "score": End Sub
Sub OnTier(control As IRibbonControl): Press "tier": End Sub
Sub OnFunnel(control As IRibbonControl): Press "funnel": End Sub
Sub OnRefresh(control As IRibbonControl): Press "refresh": End Sub
Sub OnUndo(control As IRibbonControl): Press "undo": End Sub
Sub OnCheckSetup(control As IRibbonControl): Press "check_setup": End Sub
Sub IsPublishEnabled(control As IRibbonControl, ByRef enabled): enabled = HasDraft(): End Sub

' Buttons on sheets
Sub PressImport(): Press "import_file": End Sub
Sub PressValidate(): Press "validate": End Sub
Sub PressSplit(): Press "split": End Sub
Sub PressPublish(): Press "publish": End Sub
Sub PressScore(): Press "score": End Sub
Sub PressTier(): Press "tier": End Sub
Sub PressFunnel(): Press "funnel": End Sub
Sub PressRefresh(): Press "refresh": End Sub
Sub PressCheckSetup(): Press "check_setup": End Sub
