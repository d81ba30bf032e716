"""The yardstick of the start-up benchmark: the least a PySide6 window can be."""

import sys

from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

application = QApplication(sys.argv)
window = QMainWindow()
window.setCentralWidget(QLabel("A bare window"))
window.show()
sys.exit(application.exec())
