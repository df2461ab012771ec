package ui_test
