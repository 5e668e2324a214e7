/* Whose fault it is that a picture of a file cannot be had. */
#ifndef UQD_COMMON_THUMBNAIL_INPUT_FAULT_H
#define UQD_COMMON_THUMBNAIL_INPUT_FAULT_H

enum input_fault {
    INPUT_FAULT_OTHER, /* memory, time, or the model that is not there */
    INPUT_FAULT_FILE,  /* the file cannot be opened or read */
    INPUT_FAULT_DATA,  /* what is in it is no picture, or a damaged one */
};

#endif
