"""Pictures: the window and its panels; nothing here decides anything.

__main__, display      whether a window can be opened at all
boot, loop, garbage    the first paint, then asyncio on Qt's loop
window/                the main window and its controller, which know every panel
<panel>/               one panel, its facts and its controller; knows no other panel
shell/                 what every panel uses: Shell, SessionModel, commands, tasks
widgets/               small widgets that several panels share
theme, assets, text    colours and type, files, moments and tooltips in words
"""
