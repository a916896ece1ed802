/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_GMIME_H
#define MIME_MIME_GMIME_H
/*
 * GMime, and of GLib what goes with it, loaded by the first call of one of these names in
 * any thread (base/lazy.h): scan does, and what shows or sends a mail; an audit hardly
 * ever.  A library that cannot be loaded ends the program, as it would before main.
 *
 * The only header that includes <gmime/gmime.h>.  A name that is missing here does not
 * link.
 */
#include <gmime/gmime.h>

#include "base/lazy.h"

#define MIME_GMIME(X)                                                                    \
	X(g_ascii_strcasecmp)                                                            \
	X(g_ascii_strncasecmp)                                                           \
	X(g_base64_encode)                                                               \
	X(g_byte_array_free)                                                             \
	X(g_byte_array_new_take)                                                         \
	X(g_date_time_get_year)                                                          \
	X(g_date_time_new_from_unix_utc)                                                 \
	X(g_date_time_unref)                                                             \
	X(g_free)                                                                        \
	X(g_mime_content_type_is_type)                                                   \
	X(g_mime_data_wrapper_get_encoding)                                              \
	X(g_mime_data_wrapper_get_stream)                                                \
	X(g_mime_data_wrapper_new_with_stream)                                           \
	X(g_mime_encoding_init_decode)                                                   \
	X(g_mime_encoding_step)                                                          \
	X(g_mime_format_options_free)                                                    \
	X(g_mime_format_options_new)                                                     \
	X(g_mime_format_options_set_newline_format)                                      \
	X(g_mime_header_list_get_header)                                                 \
	X(g_mime_header_set_raw_value)                                                   \
	X(g_mime_iconv_close)                                                            \
	X(g_mime_iconv_open)                                                             \
	X(g_mime_init)                                                                   \
	X(g_mime_message_get_mime_part)                                                  \
	X(g_mime_message_new)                                                            \
	X(g_mime_message_part_get_message)                                               \
	X(g_mime_message_part_get_type)                                                  \
	X(g_mime_message_set_date)                                                       \
	X(g_mime_message_set_mime_part)                                                  \
	X(g_mime_multipart_add)                                                          \
	X(g_mime_multipart_get_count)                                                    \
	X(g_mime_multipart_get_part)                                                     \
	X(g_mime_multipart_get_type)                                                     \
	X(g_mime_multipart_new_with_subtype)                                             \
	X(g_mime_multipart_set_boundary)                                                 \
	X(g_mime_object_get_content_type)                                                \
	X(g_mime_object_get_content_type_parameter)                                      \
	X(g_mime_object_get_header_list)                                                 \
	X(g_mime_object_get_type)                                                        \
	X(g_mime_object_set_content_type_parameter)                                      \
	X(g_mime_object_set_disposition)                                                 \
	X(g_mime_object_set_header)                                                      \
	X(g_mime_object_write_to_stream)                                                 \
	X(g_mime_parser_construct_message)                                               \
	X(g_mime_parser_new_with_stream)                                                 \
	X(g_mime_parser_options_free)                                                    \
	X(g_mime_parser_options_new)                                                     \
	X(g_mime_parser_options_set_warning_callback)                                    \
	X(g_mime_part_get_content)                                                       \
	X(g_mime_part_get_type)                                                          \
	X(g_mime_part_new_with_type)                                                     \
	X(g_mime_part_set_content)                                                       \
	X(g_mime_part_set_content_encoding)                                              \
	X(g_mime_part_set_filename)                                                      \
	X(g_mime_stream_fs_new_with_bounds)                                              \
	X(g_mime_stream_mem_get_byte_array)                                              \
	X(g_mime_stream_mem_get_type)                                                    \
	X(g_mime_stream_mem_new)                                                         \
	X(g_mime_stream_mem_new_with_buffer)                                             \
	X(g_mime_stream_mem_new_with_byte_array)                                         \
	X(g_mime_stream_mem_set_owner)                                                   \
	X(g_mime_stream_read)                                                            \
	X(g_mime_stream_reset)                                                           \
	X(g_mime_utils_header_decode_date)                                               \
	X(g_mime_utils_header_decode_text)                                               \
	X(g_object_unref)                                                                \
	X(g_strndup)                                                                     \
	X(g_type_check_instance_cast)                                                    \
	X(g_type_check_instance_is_a)                                                    \
	X(g_utf8_make_valid)                                                             \
	X(g_utf8_validate)                                                               \
	X(gmime_major_version)                                                           \
	X(gmime_micro_version)                                                           \
	X(gmime_minor_version)

struct mime_gmime {
	MIME_GMIME(LAZY_FIELD)
};

const struct mime_gmime *mime_gmime(void);

#undef g_free /* a macro of newer GLib, of more arguments */
#define g_ascii_strcasecmp		 mime_gmime()->at_g_ascii_strcasecmp
#define g_ascii_strncasecmp		 mime_gmime()->at_g_ascii_strncasecmp
#define g_base64_encode			 mime_gmime()->at_g_base64_encode
#define g_byte_array_free		 mime_gmime()->at_g_byte_array_free
#define g_byte_array_new_take		 mime_gmime()->at_g_byte_array_new_take
#define g_date_time_get_year		 mime_gmime()->at_g_date_time_get_year
#define g_date_time_new_from_unix_utc	 mime_gmime()->at_g_date_time_new_from_unix_utc
#define g_date_time_unref		 mime_gmime()->at_g_date_time_unref
#define g_free				 mime_gmime()->at_g_free
#define g_mime_content_type_is_type	 mime_gmime()->at_g_mime_content_type_is_type
#define g_mime_data_wrapper_get_encoding mime_gmime()->at_g_mime_data_wrapper_get_encoding
#define g_mime_data_wrapper_get_stream	 mime_gmime()->at_g_mime_data_wrapper_get_stream
#define g_mime_data_wrapper_new_with_stream                                              \
	mime_gmime()->at_g_mime_data_wrapper_new_with_stream
#define g_mime_encoding_init_decode mime_gmime()->at_g_mime_encoding_init_decode
#define g_mime_encoding_step	    mime_gmime()->at_g_mime_encoding_step
#define g_mime_format_options_free  mime_gmime()->at_g_mime_format_options_free
#define g_mime_format_options_new   mime_gmime()->at_g_mime_format_options_new
#define g_mime_format_options_set_newline_format                                         \
	mime_gmime()->at_g_mime_format_options_set_newline_format
#define g_mime_header_list_get_header	mime_gmime()->at_g_mime_header_list_get_header
#define g_mime_header_set_raw_value	mime_gmime()->at_g_mime_header_set_raw_value
#define g_mime_iconv_close		mime_gmime()->at_g_mime_iconv_close
#define g_mime_iconv_open		mime_gmime()->at_g_mime_iconv_open
#define g_mime_init			mime_gmime()->at_g_mime_init
#define g_mime_message_get_mime_part	mime_gmime()->at_g_mime_message_get_mime_part
#define g_mime_message_new		mime_gmime()->at_g_mime_message_new
#define g_mime_message_part_get_message mime_gmime()->at_g_mime_message_part_get_message
#define g_mime_message_part_get_type	mime_gmime()->at_g_mime_message_part_get_type
#define g_mime_message_set_date		mime_gmime()->at_g_mime_message_set_date
#define g_mime_message_set_mime_part	mime_gmime()->at_g_mime_message_set_mime_part
#define g_mime_multipart_add		mime_gmime()->at_g_mime_multipart_add
#define g_mime_multipart_get_count	mime_gmime()->at_g_mime_multipart_get_count
#define g_mime_multipart_get_part	mime_gmime()->at_g_mime_multipart_get_part
#define g_mime_multipart_get_type	mime_gmime()->at_g_mime_multipart_get_type
#define g_mime_multipart_new_with_subtype                                                \
	mime_gmime()->at_g_mime_multipart_new_with_subtype
#define g_mime_multipart_set_boundary  mime_gmime()->at_g_mime_multipart_set_boundary
#define g_mime_object_get_content_type mime_gmime()->at_g_mime_object_get_content_type
#define g_mime_object_get_content_type_parameter                                         \
	mime_gmime()->at_g_mime_object_get_content_type_parameter
#define g_mime_object_get_header_list mime_gmime()->at_g_mime_object_get_header_list
#define g_mime_object_get_type	      mime_gmime()->at_g_mime_object_get_type
#define g_mime_object_set_content_type_parameter                                         \
	mime_gmime()->at_g_mime_object_set_content_type_parameter
#define g_mime_object_set_disposition	mime_gmime()->at_g_mime_object_set_disposition
#define g_mime_object_set_header	mime_gmime()->at_g_mime_object_set_header
#define g_mime_object_write_to_stream	mime_gmime()->at_g_mime_object_write_to_stream
#define g_mime_parser_construct_message mime_gmime()->at_g_mime_parser_construct_message
#define g_mime_parser_new_with_stream	mime_gmime()->at_g_mime_parser_new_with_stream
#define g_mime_parser_options_free	mime_gmime()->at_g_mime_parser_options_free
#define g_mime_parser_options_new	mime_gmime()->at_g_mime_parser_options_new
#define g_mime_parser_options_set_warning_callback                                       \
	mime_gmime()->at_g_mime_parser_options_set_warning_callback
#define g_mime_part_get_content		 mime_gmime()->at_g_mime_part_get_content
#define g_mime_part_get_type		 mime_gmime()->at_g_mime_part_get_type
#define g_mime_part_new_with_type	 mime_gmime()->at_g_mime_part_new_with_type
#define g_mime_part_set_content		 mime_gmime()->at_g_mime_part_set_content
#define g_mime_part_set_content_encoding mime_gmime()->at_g_mime_part_set_content_encoding
#define g_mime_part_set_filename	 mime_gmime()->at_g_mime_part_set_filename
#define g_mime_stream_fs_new_with_bounds mime_gmime()->at_g_mime_stream_fs_new_with_bounds
#define g_mime_stream_mem_get_byte_array mime_gmime()->at_g_mime_stream_mem_get_byte_array
#define g_mime_stream_mem_get_type	 mime_gmime()->at_g_mime_stream_mem_get_type
#define g_mime_stream_mem_new		 mime_gmime()->at_g_mime_stream_mem_new
#define g_mime_stream_mem_new_with_buffer                                                \
	mime_gmime()->at_g_mime_stream_mem_new_with_buffer
#define g_mime_stream_mem_new_with_byte_array                                            \
	mime_gmime()->at_g_mime_stream_mem_new_with_byte_array
#define g_mime_stream_mem_set_owner	mime_gmime()->at_g_mime_stream_mem_set_owner
#define g_mime_stream_read		mime_gmime()->at_g_mime_stream_read
#define g_mime_stream_reset		mime_gmime()->at_g_mime_stream_reset
#define g_mime_utils_header_decode_date mime_gmime()->at_g_mime_utils_header_decode_date
#define g_mime_utils_header_decode_text mime_gmime()->at_g_mime_utils_header_decode_text
#define g_object_unref			mime_gmime()->at_g_object_unref
#define g_strndup			mime_gmime()->at_g_strndup
#define g_type_check_instance_cast	mime_gmime()->at_g_type_check_instance_cast
#define g_type_check_instance_is_a	mime_gmime()->at_g_type_check_instance_is_a
#define g_utf8_make_valid		mime_gmime()->at_g_utf8_make_valid
#define g_utf8_validate			mime_gmime()->at_g_utf8_validate
#define gmime_major_version		(*mime_gmime()->at_gmime_major_version)
#define gmime_micro_version		(*mime_gmime()->at_gmime_micro_version)
#define gmime_minor_version		(*mime_gmime()->at_gmime_minor_version)

#endif
